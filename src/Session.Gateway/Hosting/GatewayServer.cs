using System.Text;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SessionService.Hosting.Server;

namespace SessionService.Gateway.Hosting;

/// <summary>Kestrel's address and limits. How long a body may be is decided by the services behind.</summary>
internal static class GatewayServer
{
    public const string DefaultUrl = "http://localhost:8000";

    public static WebApplicationBuilder ConfigureServer(this WebApplicationBuilder builder)
    {
        if (string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.ServerUrlsKey])
            && string.IsNullOrEmpty(builder.Configuration[WebHostDefaults.HttpPortsKey]))
        {
            builder.WebHost.UseUrls(DefaultUrl);
        }

        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            // Headers are read as Latin-1, and the clusters' HttpClient settings send them on in the same way: their bytes do not change.
            RequestHeads.Configure(kestrel, isBehindGateway: false);
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        });
        return builder;
    }
}
