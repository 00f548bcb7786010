using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Citus;

/// <summary>A piece of work that the service does on a sharded database and on a plain one.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Title">Its name in the tables.</param>
/// <param name="Requests">The requests to choose from.</param>
/// <param name="MostThroughWorker">How much more processor time of the database it may cost through a worker.</param>
/// <param name="Adds">Whether each request adds a message.</param>
internal sealed record CitusWork(
    string Key, string Title, Func<BenchmarkOptions, PageRequests, byte[][]> Requests, double MostThroughWorker, bool Adds = false)
{
    public static IReadOnlyList<CitusWork> All { get; } =
    [
        new("get", "get a session", (options, _) => [.. Range(options.Sessions).Select(session => HttpRequests.Get(
            $"/api/v1/sessions/{Keys.Session(SessionKind.Plain, session)}", Keys.User(session)))], 4),
        new("page", "a page of 100 messages", (options, page) => [.. Range(options.PageSessions * options.PagesPerSession).Select(i => page.Create(
            SessionKind.Paged, i / options.PagesPerSession, after: i % options.PagesPerSession * PageRequests.PageSize))], 4),
        new("list", "list of 10 sessions", (options, _) => [.. Range(Math.Min(Keys.Users, options.Sessions)).Select(user => HttpRequests.Get(
            "/api/v1/sessions?page_size=10", Keys.User(user)))], 4),
        new("append", "append over 10,000 sessions", (options, _) => WriteRequests.Appends(SessionKind.Plain, options.Sessions), 2.5, Adds: true),
    ];

    /// <summary>What is reported of it through a server of the cluster, of which only workers have a goal.</summary>
    public IReadOnlyList<Goal> Goals(bool throughWorker) =>
        [Goal.DatabaseCpuAtMost(throughWorker ? MostThroughWorker : null), Goal.ThroughputOf()];

    /// <exception cref="BenchmarkException">A key is not known.</exception>
    public static IReadOnlyList<CitusWork> Select(IReadOnlyCollection<string> keys)
    {
        var known = All.Select(work => work.Key).ToList();
        return keys.Except(known, StringComparer.Ordinal).FirstOrDefault() is { } unknown
            ? throw new BenchmarkException($"There is no work {unknown}; there are {string.Join(", ", known)}.")
            : [.. All.Where(work => keys.Count == 0 || keys.Contains(work.Key, StringComparer.Ordinal))];
    }

    private static IEnumerable<int> Range(int count) => Enumerable.Range(0, count);
}
