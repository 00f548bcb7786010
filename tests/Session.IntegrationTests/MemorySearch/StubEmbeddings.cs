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

    /// <summary>In place of a status: the connection is closed in the middle of an answer.</summary>
    public const int HangUp = 0;

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

    /// <summary>A text with this in it is too much for the endpoint.</summary>
    public string? Failing { get; set; }

    /// <summary>A model that is not there any more.</summary>
    public string? GoneModel { get; set; }

    /// <summary>When to come again, as a refusal says.</summary>
    public string? RetryAfter { get; set; }

    /// <summary>In place of every answer with a vector.</summary>
    public string? Answer { get; set; }

    /// <summary>What happens before an answer.</summary>
    public Func<string[], Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>What arrived: the model, the texts, the header that proves the caller, and how many numbers are wanted.</summary>
    public ConcurrentQueue<(string Model, string[] Input, string Authorization, int? Dimensions)> Requests { get; } = new();

    public static async Task<StubEmbeddings> StartAsync() => new(await StubService.StartAsync("embeddings"));

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        var request = (await JsonNode.ParseAsync(http.Request.Body, cancellationToken: http.RequestAborted))!;
        var input = request["input"]!.Deserialize<string[]>()!;
        var model = request["model"]!.GetValue<string>();
        var dimensions = request["dimensions"]?.GetValue<int>();
        Requests.Enqueue((model, input, http.Request.Headers.Authorization.ToString(), dimensions));
        await Before(input);
        if (Status == HangUp)
        {
            http.Response.ContentLength = 1000;
            await http.Response.WriteAsync("{", http.RequestAborted);
            await http.Response.Body.FlushAsync(http.RequestAborted);
            http.Abort();
            return;
        }

        http.Response.StatusCode = StatusOf(model, input);
        if (http.Response.StatusCode != StatusCodes.Status200OK)
        {
            http.Response.Headers.RetryAfter = RetryAfter;
        }
        else if (Answer is { } answer)
        {
            await http.Response.WriteAsync(answer, http.RequestAborted);
        }
        else
        {
            // Not in order: the index says which is which.
            await http.Response.WriteAsJsonAsync(
                new { data = input.Select((text, index) => new { index, embedding = Embed(text, dimensions ?? Dimensions) }).Reverse(), model },
                http.RequestAborted);
        }
    }

    private int StatusOf(string model, string[] input)
    {
        if (model == GoneModel)
        {
            return StatusCodes.Status404NotFound;
        }

        return Has(Refused) ? StatusCodes.Status400BadRequest : Has(Failing) ? StatusCodes.Status500InternalServerError : Status;

        bool Has(string? part) => part is not null && input.Any(text => text.Contains(part, StringComparison.Ordinal));
    }

    private static float[] Embed(string text, int dimensions) =>
        [.. Subjects.Select(subject => subject.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) ? 1f : 0), .. Enumerable.Repeat(0.01f, dimensions - Subjects.Length)];
}
