using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using SessionService.Application.Limits;
using SessionService.Hosting.Server;

namespace SessionService.Api.Hosting;

/// <summary>Kestrel's address and limits.</summary>
internal static class ServerLimits
{
    public const string DefaultUrl = "http://localhost:8205";

    private static readonly TimeSpan RateGrace = TimeSpan.FromSeconds(5);

    public static WebApplicationBuilder ConfigureServer(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.HttpPortsKey]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            RequestHeads.Configure(kestrel, isBehindGateway: true);
            try
            {
                Set(kestrel.Limits, limits.Value);
            }
            catch (OptionsValidationException)
            {
                // Kestrel is configured before the options are validated. The validation at start then names these settings together with
                // all others.
            }
        });
        return builder;
    }

    private static void Set(KestrelServerLimits kestrel, LimitOptions limits)
    {
        kestrel.MaxRequestBodySize = limits.MaxBodyBytes;
        kestrel.MinRequestBodyDataRate = new MinDataRate(limits.MinBytesPerSecond, RateGrace);
        kestrel.MinResponseDataRate = new MinDataRate(limits.MinBytesPerSecond, RateGrace);
        kestrel.MaxConcurrentConnections = limits.MaxConnections > 0 ? limits.MaxConnections : null;
    }
}
