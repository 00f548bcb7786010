using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SessionService.Gateway.Hosting;

/// <summary>Kestrel's limits. They are as wide as those of the services behind, which decide what they accept.</summary>
internal static class GatewayServer
{
    public const string DefaultUrl = "http://localhost:8000";

    private const int MaxRequestLineBytes = 32 * 1024;

    public static WebApplicationBuilder ConfigureServer(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.HttpPortsKey]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLineBytes;
            kestrel.Limits.MaxRequestBodySize = null;
            // Latin-1 keeps the bytes of a header unchanged. The clusters' HttpClient settings send them on in the same way.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        return builder;
    }
}
