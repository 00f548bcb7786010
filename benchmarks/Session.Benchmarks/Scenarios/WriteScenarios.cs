using System.Net;
using System.Text;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.PgBench;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>After each, everything stored is verified.</summary>
internal static class WriteScenarios
{
    private const int BatchSize = 1_000;

    // As many statements at once as there are processors or so: with more of them only the memory grows.
    private const int BatchConnections = 4;

    private static readonly Dictionary<string, string> WithoutCoalescing = new(StringComparer.Ordinal) { ["Writes__Coalesce"] = "false" };

    public static Task<Outcome> AppendAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        AppendAsync(laboratory, SessionKind.Plain, laboratory.Options.Sessions, [Goal.ThroughputAtLeast(1.25), Goal.ServiceCpuAtMost(0.35)], cancellationToken);

    public static Task<Outcome> HotAsync(Laboratory laboratory, CancellationToken cancellationToken) =>
        AppendAsync(laboratory, SessionKind.Hot, sessions: 1, [Goal.ThroughputAtLeast(15)], cancellationToken);

    public static async Task<Outcome> CreateAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        var service = laboratory.Requests(WriteRequests.Sessions(), laboratory.Tally.AddSessions);
        var pgBench = laboratory.PgBench(Statements.CreateSession(), laboratory.Tally.AddSessions);
        return await CompareAsync(laboratory, service, pgBench, [Goal.ThroughputAtLeast(0.6, aim: 1.0)], cancellationToken);
    }

    public static async Task<Outcome> SingleConnectionAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await using var withoutCoalescing = await laboratory.StartServiceAsync(
            laboratory.Server.Connection.ConnectionString, cancellationToken, WithoutCoalescing);
        var requests = WriteRequests.Appends(SessionKind.Plain, laboratory.Options.Sessions);
        var on = laboratory.Requests(requests, laboratory.Tally.AddMessages, "on", connections: 1);
        var off = laboratory.Requests(requests, laboratory.Tally.AddMessages, "off", withoutCoalescing, connections: 1);
        return await CompareAsync(laboratory, on, off, [Goal.LatencyAtMost(1.0)], cancellationToken);
    }

    public static async Task<Outcome> BatchAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        Goal[] goals = [new("database CPU a message", pair => pair.A.DatabaseMicroseconds / pair.B.DatabaseMicroseconds, Limit: 0.1, AtLeast: false)];
        if (!await HasBatchesAsync(laboratory, cancellationToken))
        {
            return Outcome.Skip("not available in this build", goals);
        }

        var sessions = Math.Min(laboratory.Options.Sessions, 100);
        var batches = laboratory.Requests(
            WriteRequests.Batches(SessionKind.Plain, sessions, BatchSize),
            requests => laboratory.Tally.AddMessages(requests * BatchSize),
            "batches",
            itemsPerRequest: BatchSize,
            connections: Math.Min(laboratory.Options.Connections, BatchConnections));
        var single = laboratory.PgBench(Statements.Append(SessionKind.Plain, laboratory.Options.Sessions), laboratory.Tally.AddMessages);
        return await CompareAsync(laboratory, batches, single, goals, cancellationToken);
    }

    private static Task<Outcome> AppendAsync(
        Laboratory laboratory, SessionKind kind, int sessions, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var service = laboratory.Requests(WriteRequests.Appends(kind, sessions), laboratory.Tally.AddMessages);
        var pgBench = laboratory.PgBench(Statements.Append(kind, sessions), laboratory.Tally.AddMessages);
        return CompareAsync(laboratory, service, pgBench, goals, cancellationToken);
    }

    private static async Task<Outcome> CompareAsync(
        Laboratory laboratory, Side a, Side b, IReadOnlyList<Goal> goals, CancellationToken cancellationToken)
    {
        var pairs = await laboratory.CompareAsync(a, b, cancellationToken);
        await Verification.RunAsync(laboratory.Database, laboratory.Tally, cancellationToken);
        return new Outcome(a.Name, b.Name, pairs, goals);
    }

    private static async Task<bool> HasBatchesAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, WriteRequests.BatchPath(SessionKind.Plain, session: 0))
        {
            Content = new StringContent(WriteRequests.BatchJson(size: 1), Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("X-User-Id", Keys.User(0));
        using var response = await laboratory.Service.Http.SendAsync(request, cancellationToken);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed)
        {
            return false;
        }

        laboratory.Tally.AddMessages(response.IsSuccessStatusCode ? 1 : 0);
        return response.IsSuccessStatusCode
            ? true
            : throw new BenchmarkException($"The service refused a batch: {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }
}
