using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Live;

/// <param name="Id">From where to resume.</param>
/// <param name="Name">The kind of event.</param>
/// <param name="Data">What it tells.</param>
internal sealed record StreamedEvent(string? Id, string Name, JsonElement Data)
{
    public long Sequence => Data.GetProperty("sequence").GetInt64();

    public override string ToString() => $"{Name} {(Name == "message" ? Sequence : "")} {Id}";
}

/// <summary>A stream of events, on a connection of its own.</summary>
internal sealed class EventStream(HttpClient http, HttpResponseMessage response, StreamReader reader) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public HttpResponseMessage Response => response;

    /// <summary>The comments so far.</summary>
    public List<string> Comments { get; } = [];

    public static Task<EventStream> OpenAsync(
        ApiFixture service, string userId, string path, string? lastEventId = null, params (string Name, string Value)[] headers) =>
        OpenAsync(service.CreateHttp(), userId, path, lastEventId, headers);

    /// <param name="http">Disposed with the stream.</param>
    /// <param name="userId">The caller.</param>
    /// <param name="path">The path of the stream.</param>
    /// <param name="lastEventId">From where to go on.</param>
    /// <param name="headers">Further headers.</param>
    public static async Task<EventStream> OpenAsync(
        HttpClient http, string userId, string path, string? lastEventId = null, params (string Name, string Value)[] headers)
    {
        http.Timeout = Timeout.InfiniteTimeSpan;
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.TryAddWithoutValidation("X-User-Id", userId);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return new EventStream(http, response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    /// <summary>The next event; <see langword="null"/> where the stream has ended.</summary>
    public async Task<StreamedEvent?> NextAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var (id, name, data) = ((string?)null, "message", (string?)null);
        while (await ReadLineAsync(patience.Token) is { } line)
        {
            switch (line.IndexOf(':', StringComparison.Ordinal))
            {
                case -1 when line.Length == 0 && data is not null:
                    return new StreamedEvent(id, name, JsonDocument.Parse(data).RootElement);
                case 0:
                    Comments.Add(line[1..].Trim());
                    break;
                case > 0 and var colon:
                    var value = line[(colon + 1)..].TrimStart();
                    (id, name, data) = line[..colon] switch
                    {
                        "id" => (value, name, data),
                        "event" => (id, value, data),
                        "data" => (id, name, data is null ? value : $"{data}\n{value}"),
                        _ => (id, name, data),
                    };
                    break;
            }
        }

        return null;
    }

    public async Task<List<StreamedEvent>> TakeAsync(int count)
    {
        var events = new List<StreamedEvent>();
        while (events.Count < count && await NextAsync() is { } next)
        {
            events.Add(next);
        }

        return events;
    }

    /// <summary>The next event of a kind; those in between are left out.</summary>
    public async Task<StreamedEvent> NextOfAsync(string name, Func<JsonElement, bool>? isIt = null)
    {
        while (await NextAsync() is { } next)
        {
            if (next.Name == name && isIt?.Invoke(next.Data) is not false)
            {
                return next;
            }
        }

        throw new InvalidOperationException($"The stream ended without '{name}'.");
    }

    public void Dispose()
    {
        reader.Dispose();
        response.Dispose();
        http.Dispose();
    }

    // A connection that breaks ends the stream too.
    private async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return null;
        }
    }
}
