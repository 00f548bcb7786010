using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>Two databases on one server with a service each, so that the two can take turns.</summary>
internal static class StatisticsScenario
{
    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await using var manySessions = await StartAsync(laboratory, "many_sessions", laboratory.Options.ManySessions, cancellationToken);
        await using var fewSessions = await StartAsync(laboratory, "few_sessions", laboratory.Options.FewSessions, cancellationToken);
        byte[][] requests = [HttpRequests.Get("/api/v1/sessions/stats", Keys.User(0))];
        var many = laboratory.Requests(requests, name: "many sessions", service: manySessions);
        var few = laboratory.Requests(requests, name: "few sessions", service: fewSessions);
        var pairs = await laboratory.CompareAsync(many, few, cancellationToken);
        return new Outcome(many.Name, few.Name, pairs, [Goal.LatencyAtMost(1.2)]);
    }

    private static async Task<ServiceProcess> StartAsync(Laboratory laboratory, string name, int sessions, CancellationToken cancellationToken)
    {
        await laboratory.Server.CreateDatabaseAsync(name, cancellationToken);
        var connection = laboratory.Server.ConnectionTo(name).ConnectionString;
        var service = await laboratory.StartServiceAsync(connection, cancellationToken);
        try
        {
            await using var database = NpgsqlDataSource.Create(connection);
            await Loader.AddSessionsAsync(database, SessionKind.Plain, sessions, messagesEach: 0, cancellationToken);
            await Loader.TidyAsync(database, cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }
}
