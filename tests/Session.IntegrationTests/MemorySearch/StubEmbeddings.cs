using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.MemorySearch;

/// <summary>
/// An OpenAI-compatible embeddings endpoint of a test's own: a vector has a dimension for each subject, and texts are as near as they share subjects,
/// whatever their words.
/// </summary>
internal sealed class StubEmbeddings : IAsyncDisposable
{
    public const int Dimensions = 4;

    private static readonly string[][] Subjects = [["puppy", "kennel"], ["invoice", "ledger"], ["violin", "concerto"]];

    private readonly StubService _service;

    private StubEmbeddings(StubService service)
    {
        _service = service;
        service.Paths["/v1/embeddings"] = AnswerAsync;
    }

    public Uri Address => new(_service.Address, "/v1");

    /// <summary>The status of every answer.</summary>
    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>A text with this in it is refused.</summary>
    public string? Refused { get; set; }

    /// <summary>What arrived: the model, the texts, and the header that proves the caller.</summary>
    public ConcurrentQueue<(string Model, string[] Input, string Authorization)> Requests { get; } = new();

    public static async Task<StubEmbeddings> StartAsync() => new(await StubService.StartAsync("embeddings"));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var request = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;
        var input = request["input"]!.Deserialize<string[]>()!;
        Requests.Enqueue((request["model"]!.GetValue<string>(), input, http.Request.Headers.Authorization.ToString()));
        http.Response.StatusCode = Refused is { } refused && input.Any(text => text.Contains(refused, StringComparison.Ordinal)) ? 400 : Status;
        if (http.Response.StatusCode == StatusCodes.Status200OK)
        {
            // Not in order: the index says which is which.
            await http.Response.WriteAsJsonAsync(
                new { data = input.Select((text, index) => new { index, embedding = Embed(text) }).Reverse(), model = request["model"]!.GetValue<string>() },
                http.RequestAborted);
        }
    }

    private static float[] Embed(string text) =>
        [.. Subjects.Select(subject => subject.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? 1f : 0), 0.01f];
}
