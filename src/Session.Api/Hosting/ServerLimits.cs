using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Application.Limits;

namespace SessionService.Api.Hosting;

/// <summary>Kestrel's address and limits.</summary>
internal static class ServerLimits
{
    public const string DefaultUrl = "http://localhost:8205";

    // Large enough that a much too long id still gets a problem document. Kestrel's own answer to a long request line is none.
    private const int MaxRequestLineBytes = 32 * 1024;

    private const int MaxHeaderBytes = 32 * 1024;
    private const int MaxHeaders = 100;

    private static readonly TimeSpan HeadersPatience = TimeSpan.FromSeconds(10);
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
            kestrel.AddServerHeader = false;
            // Kestrel would refuse a header that is not UTF-8 without a problem document. Latin-1 keeps the bytes for the code that reads
            // the header.
            kestrel.RequestHeaderEncodingSelector = name =>
                name.Equals(CallerResolver.Header, StringComparison.OrdinalIgnoreCase)
                || name.Equals(IdempotencyHeaders.Key, StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : null;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.RequestHeadersTimeout = HeadersPatience;
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
