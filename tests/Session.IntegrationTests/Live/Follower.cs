using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Live;

/// <summary>A client that follows a session or a user, goes away at random and comes back to where it was.</summary>
/// <param name="path">The path of the stream.</param>
/// <param name="open">Opens the stream after an id; <see langword="null"/> where nobody answers.</param>
/// <param name="random">Decides when the client goes away.</param>
internal sealed class Follower(string path, Func<string, string?, Task<EventStream?>> open, Random random)
{
    // A stream that tells nothing for so long is opened again: the client may have all there is.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Dictionary<string, List<long>> _told = new(StringComparer.Ordinal);
    private string? _id;

    /// <summary>The numbers of the messages that the client was told, in that order, by the path of the session.</summary>
    public IReadOnlyDictionary<string, List<long>> Told => _told;

    public bool HadSnapshot { get; private set; }

    public int Connections { get; private set; }

    /// <summary>Notes where the stream begins. A service that has just started may refuse some of many that come at once.</summary>
    public Task BeginAsync() => Eventually.IsSoAsync(async () =>
    {
        using var stream = await open(path, null);
        _id = stream is null ? null : (await stream.NextAsync())?.Id;
        return _id is not null;
    });

    /// <summary>Follows until the client was told the whole log.</summary>
    /// <param name="end">How many messages each session has, by its path, when nothing more is written.</param>
    public async Task RunAsync(Task<Dictionary<string, long>> end)
    {
        while (!end.IsCompleted || !HasAll(await end))
        {
            Connections++;
            using var stream = await open(path, _id);
            for (var left = random.Next(1, 40); stream is not null && left > 0 && await NextOfAsync(stream) is { } told; left--)
            {
                Note(told);
            }
        }
    }

    /// <summary>Demands that the client was told each message once and in order.</summary>
    public void AssertWasToldExactly(Dictionary<string, long> log)
    {
        foreach (var (session, told) in _told)
        {
            Assert.Equal(Enumerable.Range(1, (int)log[session]).Select(number => (long)number), told);
        }
    }

    private static async Task<StreamedEvent?> NextOfAsync(EventStream stream)
    {
        var next = stream.NextAsync();
        return await Task.WhenAny(next, Task.Delay(Patience)) == next ? await next : null;
    }

    private void Note(StreamedEvent told)
    {
        _id = told.Id;
        HadSnapshot |= told.Name == "snapshot";
        if (told.Name == "message")
        {
            var session = $"/api/v1/sessions/{told.Data.Text("session_id")}";
            _told.TryAdd(session, []);
            _told[session].Add(told.Sequence);
        }
    }

    private bool HasAll(Dictionary<string, long> log) => log
        .Where(session => session.Value > 0)
        .Where(session => path.Contains("/users/", StringComparison.Ordinal) || path.StartsWith(session.Key, StringComparison.Ordinal))
        .All(session => _told.TryGetValue(session.Key, out var told) && told.Count >= session.Value);
}
