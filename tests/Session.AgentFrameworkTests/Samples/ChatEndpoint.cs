using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SessionService.AgentFrameworkTests.Samples;

/// <summary>An OpenAI-compatible endpoint that says how many messages it was given.</summary>
internal sealed class ChatEndpoint : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _answering;

    public ChatEndpoint()
    {
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/v1");
        }

        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _answering = AnswerAsync();
    }

    public Uri Address { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _answering;
        _listener.Close();
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                var request = await JsonNode.ParseAsync(context.Request.InputStream);
                var given = request!["messages"]!.AsArray();
                context.Response.ContentType = "application/json";
                await JsonSerializer.SerializeAsync(context.Response.OutputStream, new
                {
                    id = $"chatcmpl-{Guid.NewGuid():N}",
                    @object = "chat.completion",
                    created = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
                    model = "gpt-5-mini-2026-01-01",
                    choices = new[]
                    {
                        new
                        {
                            index = 0,
                            finish_reason = "stop",
                            message = new { role = "assistant", content = $"I was given {given.Count} messages." },
                        },
                    },
                    usage = new { prompt_tokens = 10, completion_tokens = 6, total_tokens = 16 },
                });
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
