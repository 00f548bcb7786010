using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;
using SessionService.Benchmarks.Reporting;
using SessionService.Benchmarks.Scenarios;
using Spectre.Console;

namespace SessionService.Benchmarks.Citus;

/// <summary>Compares the service on a sharded database, through workers and through the coordinator, with the service on a plain server.</summary>
internal sealed class CitusBenchmark(BenchmarkOptions options)
{
    // Seconds. On a busy machine the first connections to a cluster take longer than a request may wait by default.
    private const int Timeout = 15;

    private static readonly Dictionary<string, string> Plain = [];

    private static readonly Dictionary<string, string> Sharded = new(StringComparer.Ordinal) { ["Database__Sharded"] = "true" };

    /// <param name="coordinator">Leads to the coordinator, in a database that knows the workers.</param>
    /// <param name="worker">Leads to the worker to connect to; without it the service is given all workers.</param>
    /// <param name="cancellationToken">Ends the benchmark.</param>
    public async Task RunAsync(string coordinator, string? worker, CancellationToken cancellationToken)
    {
        var works = CitusWork.Select(options.Only);
        var report = new Report(options);
        await using var cluster = await CitusDatabase.CreateAsync(coordinator, worker, Timeout, cancellationToken);
        await using var server = new DatabaseServer(options.Directory, options.SharedBuffers, await cluster.IsDurableAsync(cancellationToken));
        AnsiConsole.WriteLine("preparing");
        await server.StartAsync(cancellationToken);
        report.PostgresVersion = server.Version;
        var (plainTally, shardedTally) = (new Tally(), new Tally());
        var plain = new NpgsqlConnectionStringBuilder(server.Connection.ConnectionString) { Timeout = Timeout }.ConnectionString;
        await ServiceProcess.MigrateAsync(options.Service, plain, cancellationToken);
        await LoadAsync(plain, plainTally, cancellationToken);
        await ServiceProcess.MigrateAsync(options.Service, cluster.Coordinator, cancellationToken);
        await LoadAsync(cluster.Coordinator, shardedTally, cancellationToken);
        await ServiceProcess.DistributeAsync(options.Service, cluster.Coordinator, cancellationToken);

        await using var plainService = await ServiceProcess.StartAsync(options.Service, plain, Plain, cancellationToken);
        var plainDriver = new Driver(() => server.ProcessorSeconds, options, WorkFiles("plain"));
        var shardedDriver = new Driver(() => cluster.ProcessorSeconds, options, WorkFiles("sharded"));
        try
        {
            foreach (var (name, connectionString) in new[] { ("workers", cluster.Workers), ("the coordinator", cluster.Coordinator) })
            {
                await using var shardedService = await ServiceProcess.StartAsync(options.Service, connectionString, Sharded, cancellationToken);
                var page = await PageRequests.ForAsync(shardedService, cancellationToken);
                foreach (var work in works)
                {
                    await TidyAsync(plain, cancellationToken);
                    await TidyAsync(cluster.Coordinator, cancellationToken);
                    var requests = work.Requests(options, page);
                    var through = $"through {name}";
                    var pairs = await Contest.RunAsync(
                        ASide(through, shardedDriver, shardedService, requests, work.Adds ? shardedTally : null),
                        ASide("plain", plainDriver, plainService, requests, work.Adds ? plainTally : null),
                        options,
                        step => AnsiConsole.WriteLine($"{work.Title}: {step}"),
                        cancellationToken);
                    report.Add(work.Title, new Outcome(through, "plain", pairs, work.Goals(throughWorker: connectionString == cluster.Workers)));
                }
            }
        }
        finally
        {
            report.Print();
        }

        await VerifyAsync(plain, plainTally, cancellationToken);
        await VerifyAsync(cluster.Coordinator, shardedTally, cancellationToken);
    }

    private static Side ASide(string name, Driver driver, ServiceProcess service, byte[][] requests, Tally? tally) =>
        new(name, IsService: true, cancellationToken => driver.MeasureAsync(
            service, requests, itemsPerRequest: 1, count => tally?.AddMessages(count), cancellationToken));

    private string WorkFiles(string name) => Directory.CreateDirectory(Path.Combine(options.Directory, "work", name)).FullName;

    private async Task LoadAsync(string connectionString, Tally tally, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        foreach (var (kind, sessions, messages) in new[]
        {
            (SessionKind.Plain, options.Sessions, 0),
            (SessionKind.Paged, options.PageSessions, options.PagesPerSession * PageRequests.PageSize),
            (SessionKind.Deep, 1, 1),
        })
        {
            await Loader.AddSessionsAsync(database, kind, sessions, messages, cancellationToken);
            tally.AddSessions(sessions);
            tally.AddMessages((long)sessions * messages);
        }
    }

    private static async Task TidyAsync(string connectionString, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await Loader.TidyAsync(database, cancellationToken);
    }

    private static async Task VerifyAsync(string connectionString, Tally tally, CancellationToken cancellationToken)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        await Verification.RunAsync(database, tally, cancellationToken);
    }
}
