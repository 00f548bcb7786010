using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>A service in whose place a test stands: by default it tells what arrived.</summary>
internal sealed class StubService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StubService(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>What happens at a path in place of the echo.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Paths { get; } = new(StringComparer.Ordinal);

    public static async Task<StubService> StartAsync(string name)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.RequestHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
        });
        var stub = new StubService(builder.Build());
        stub._app.Run(http => stub.Paths.TryGetValue(http.Request.Path, out var handle) ? handle(http) : EchoAsync(http, name));
        await stub._app.StartAsync();
        return stub;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static async Task EchoAsync(HttpContext http, string name)
    {
        long length = 0;
        var buffer = new byte[64 * 1024];
        for (int read; (read = await http.Request.Body.ReadAsync(buffer, http.RequestAborted)) > 0;)
        {
            length += read;
        }

        http.Response.Headers.Server = "stub/1.0";
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(
            JsonSerializer.Serialize(new
            {
                service = name,
                method = http.Request.Method,
                target = http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
                headers = http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()),
                length,
            }),
            http.RequestAborted);
    }
}
