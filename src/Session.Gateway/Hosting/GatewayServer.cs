using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SessionService.Gateway.Hosting;

/// <summary>What Kestrel takes in: what the services behind would, since they are to decide.</summary>
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
            // Latin-1 keeps the bytes of a header as they came, and so they go on (see the clusters' HttpClient).
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        return builder;
    }
}
