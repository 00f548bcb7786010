using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Application.Limits;

namespace SessionService.Api.Hosting;

/// <summary>What Kestrel takes in.</summary>
internal static class ServerLimits
{
    public const string DefaultUrl = "http://localhost:8205";

    // An id far too long still gets a problem document, which Kestrel's own answer to a long request line is not.
    private const int MaxRequestLineBytes = 32 * 1024;

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
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestBodySize = limits.Value.MaxBodyBytes;
            // A header that is no UTF-8 would be refused without a problem document; Latin-1 keeps its bytes for those who read it.
            kestrel.RequestHeaderEncodingSelector = name =>
                name.Equals(CallerResolver.Header, StringComparison.OrdinalIgnoreCase)
                || name.Equals(IdempotencyHeaders.Key, StringComparison.OrdinalIgnoreCase) ? Encoding.Latin1 : null;
        });
        return builder;
    }
}
