using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>What a receiver got.</summary>
internal sealed record Received(string Body, IHeaderDictionary Headers)
{
    public string Id => $"{Headers["webhook-id"]}";

    public JsonElement Json { get; } = JsonDocument.Parse(Body, new JsonDocumentOptions { MaxDepth = 256 }).RootElement;

    public string Type => Json.Text("type");

    public JsonElement Data => Json.GetProperty("data");

    public string SessionId => Data.Text("session_id");
}

/// <summary>A receiver of webhooks on a port of its own, which answers as a test wants.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> _all = new();
    private WebApplication _app = null!;

    /// <summary>Everything that came, in its order.</summary>
    public IReadOnlyList<Received> All => [.. _all];

    public Func<Received, HttpContext, Task> Answer { get; set; } = (_, http) =>
    {
        http.Response.StatusCode = 204;
        return Task.CompletedTask;
    };

    public string Url => $"{_app.Urls.Single()}/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var receiver = new Receiver { _app = builder.Build() };
        receiver._app.Run(receiver.ReceiveAsync);
        await receiver._app.StartAsync();
        return receiver;
    }

    public IReadOnlyList<Received> Of(string session) => [.. All.Where(one => one.SessionId == session.Split('/')[^1])];

    public Task HasAsync(int count) => Eventually.IsSoAsync(() => Task.FromResult(_all.Count >= count));

    public void AnswersWith(int status) => Answer = (_, http) =>
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var received = new Received(
            await reader.ReadToEndAsync(),
            new HeaderDictionary(http.Request.Headers.ToDictionary(header => header.Key, header => header.Value, StringComparer.OrdinalIgnoreCase)));
        _all.Enqueue(received);
        await Answer(received, http);
    }
}
