using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>Searching, and what the index costs those who write.</summary>
internal static class SearchScenarios
{
    // Words of the loaded texts: one in every message, some often and some seldom, and phrases of them.
    private static readonly string[] Queries =
        ["common", "word1", "word40 or word4000", "\"common word2\"", "word3 word5", "word7 -word1", "word4321", "common -word2"];

    // Without waiting for a pause of the writers, so that it is at work all the time.
    private static readonly Dictionary<string, string> WithDigest = new(StringComparer.Ordinal) { ["Digest__IdleFor"] = "00:00:00" };

    private static readonly Dictionary<string, string> WithoutDigest = new(StringComparer.Ordinal) { ["Digest__Enabled"] = "false" };

    // As people ask, of the same words.
    private static readonly string[] Questions =
        ["What did anybody say about word40?", "Where was word1 common?", "When was word4321 mentioned, and by whom?", "Who knows word3, word5 and word7?"];

    public static Task<Outcome> FindAsync(Laboratory laboratory, CancellationToken cancellationToken) => FindAsync(
        laboratory, "search", Requests, [Goal.LatencyAtMost(10), new("p99 / 50 ms", pair => pair.A.P99Ms / 50, Limit: 1, AtLeast: false)], cancellationToken);

    public static Task<Outcome> RecallAsync(Laboratory laboratory, CancellationToken cancellationToken) => FindAsync(
        laboratory,
        "memory_search",
        QuestionsOf,
        [
            new("p99 of many / 100 ms", pair => pair.A.P99Ms / 100, Limit: 1, AtLeast: false),
            new("p99 of few / 10 ms", pair => pair.B.P99Ms / 10, Limit: 1, AtLeast: false),
        ],
        cancellationToken);

    private static async Task<Outcome> FindAsync(
        Laboratory laboratory, string name, Func<string, byte[][]> requestsOf, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var (manyUser, fewUser) = (Keys.User(0), Keys.User(1));
        await laboratory.Server.CreateDatabaseAsync(name, cancellationToken);
        var connection = laboratory.Server.ConnectionTo(name).ConnectionString;
        await using var service = await laboratory.StartServiceAsync(
            connection, cancellationToken, new Dictionary<string, string>(StringComparer.Ordinal) { ["Digest__Share"] = "1" });
        await using var database = NpgsqlDataSource.Create(connection);
        await Loader.AddTextsAsync(database, manyUser, laboratory.Options.ManyMessages, cancellationToken);
        await Loader.AddTextsAsync(database, fewUser, laboratory.Options.FewMessages, cancellationToken);
        await Loader.WaitUntilDigestedAsync(database, cancellationToken);
        await Loader.AddVectorsAsync(database, cancellationToken);
        await Loader.TidyAsync(database, cancellationToken);

        await VerifyAsync(service, manyUser, laboratory.Options.ManyMessages, cancellationToken);
        await VerifyAsync(service, fewUser, laboratory.Options.FewMessages, cancellationToken);

        // One at a time: it is the time of an answer that matters.
        var many = laboratory.Requests(requestsOf(manyUser), name: "many messages", service: service, connections: 1);
        var few = laboratory.Requests(requestsOf(fewUser), name: "few messages", service: service, connections: 1);
        var pairs = await laboratory.CompareAsync(many, few, cancellationToken);
        return new Outcome(many.Name, few.Name, pairs, goals);
    }

    public static async Task<Outcome> AppendAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await using var withDigest = await StartAsync(laboratory, "with_digest", WithDigest, cancellationToken);
        await using var withoutDigest = await StartAsync(laboratory, "without_digest", WithoutDigest, cancellationToken);
        var requests = WriteRequests.Appends(SessionKind.Plain, laboratory.Options.Sessions);
        var on = laboratory.Requests(requests, name: "on", service: withDigest);
        var off = laboratory.Requests(requests, name: "off", service: withoutDigest);
        var pairs = await laboratory.CompareAsync(on, off, cancellationToken);
        return new Outcome(on.Name, off.Name, pairs, [Goal.ThroughputAtLeast(0.85)]);
    }

    /// <summary>A word that is in every message finds each of them.</summary>
    private static async Task VerifyAsync(ServiceProcess service, string user, int messages, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sessions/search?q=common&limit=1");
        request.Headers.Add("X-User-Id", user);
        using var response = await service.Http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsStringAsync(cancellationToken);
        if (!answer.Contains($"\"total_hits\":{messages},", StringComparison.Ordinal))
        {
            throw new BenchmarkException($"Of {messages} messages not all were found: {answer}");
        }
    }

    private static async Task<ServiceProcess> StartAsync(
        Laboratory laboratory, string name, Dictionary<string, string> settings, CancellationToken cancellationToken)
    {
        await laboratory.Server.CreateDatabaseAsync(name, cancellationToken);
        var connection = laboratory.Server.ConnectionTo(name).ConnectionString;
        var service = await laboratory.StartServiceAsync(connection, cancellationToken, settings);
        try
        {
            await using var database = NpgsqlDataSource.Create(connection);
            await Loader.AddSessionsAsync(database, SessionKind.Plain, laboratory.Options.Sessions, messagesEach: 0, cancellationToken);
            await Loader.TidyAsync(database, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    private static byte[][] Requests(string user) =>
        [.. Queries.Select(query => HttpRequests.Get($"/api/v1/sessions/search?q={Uri.EscapeDataString(query)}", user))];

    private static byte[][] QuestionsOf(string user) =>
        [.. Questions.Select(question => HttpRequests.Post(
            $"/api/v1/users/{Uri.EscapeDataString(user)}/memories/search", user, $$"""{"query": "{{question}}", "sources": ["messages"]}"""))];
}
