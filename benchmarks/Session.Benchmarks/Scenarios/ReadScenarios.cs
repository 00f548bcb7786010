using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.PgBench;

namespace SessionService.Benchmarks.Scenarios;

internal static class ReadScenarios
{
    public static async Task<Outcome> GetAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var sessions = laboratory.Options.Sessions;
        var requests = Enumerable.Range(0, sessions)
            .Select(session => HttpRequests.Get($"/api/v1/sessions/{Keys.Session(SessionKind.Plain, session)}", Keys.User(session)))
            .ToArray();
        var service = laboratory.Requests(requests);
        var pgBench = laboratory.PgBench(Statements.GetSession(sessions));
        var pairs = await laboratory.CompareAsync(service, pgBench, cancellationToken);
        return new Outcome(service.Name, pgBench.Name, pairs, [Goal.ThroughputAtLeast(0.25, aim: 0.4)]);
    }

    public static async Task<Outcome> PageAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var (sessions, pages) = (laboratory.Options.PageSessions, laboratory.Options.PagesPerSession);
        var page = await PageRequests.ForAsync(laboratory.Service, cancellationToken);
        var requests = Enumerable.Range(0, sessions * pages)
            .Select(i => page.Create(SessionKind.Paged, i / pages, after: i % pages * PageRequests.PageSize))
            .ToArray();
        var service = laboratory.Requests(requests);
        var pgBench = laboratory.PgBench(Statements.ReadPage(sessions, pages, PageRequests.PageSize));
        var pairs = await laboratory.CompareAsync(service, pgBench, cancellationToken);
        return new Outcome(service.Name, pgBench.Name, pairs, [Goal.ThroughputAtLeast(0.55, aim: 0.65), Goal.ServiceCpuAtMost(1.0)]);
    }

    public static async Task<Outcome> DepthAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var page = await PageRequests.ForAsync(laboratory.Service, cancellationToken);
        var deep = laboratory.Requests([page.Create(SessionKind.Deep, session: 0, after: laboratory.Options.Depth)], name: "deep");
        var start = laboratory.Requests([page.Create(SessionKind.Deep, session: 0, after: 0)], name: "at the start");
        var pairs = await laboratory.CompareAsync(deep, start, cancellationToken);
        return new Outcome(deep.Name, start.Name, pairs, [Goal.ThroughputAtLeast(0.9)]);
    }
}
