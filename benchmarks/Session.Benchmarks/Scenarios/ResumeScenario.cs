using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>
/// A follower who comes back to a session of a million messages, against one who comes back to a short session: how long until each has
/// been told the last hundred messages, with the connection.
/// </summary>
internal static class ResumeScenario
{
    private const int Missed = 100;

    // A stream whose client has gone is there until the service has noticed.
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal) { ["Live__MaxFollowersPerUser"] = "100000" };

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        const string Database = "resumed";
        await laboratory.Server.CreateDatabaseAsync(Database, cancellationToken);
        var connection = laboratory.Server.ConnectionTo(Database).ConnectionString;
        await using var service = await laboratory.StartServiceAsync(connection, cancellationToken, Settings);
        var many = laboratory.Options.FollowedMessages;
        await using (var database = NpgsqlDataSource.Create(connection))
        {
            await Loader.AddSessionsAsync(database, SessionKind.Deep, sessions: 1, many, cancellationToken);
            await Loader.AddSessionsAsync(database, SessionKind.Plain, sessions: 1, Missed, cancellationToken);
            await Loader.TidyAsync(database, cancellationToken);
        }

        var deep = new Side($"{many:N0} messages", IsService: true, token =>
            MeasureAsync(laboratory, service, SessionKind.Deep, many, token));
        var start = new Side($"{Missed} messages", IsService: true, token =>
            MeasureAsync(laboratory, service, SessionKind.Plain, Missed, token));
        var pairs = await laboratory.CompareAsync(deep, start, cancellationToken);
        return new Outcome(deep.Name, start.Name, pairs, [Goal.LatencyAtMost(1.2)]);
    }

    private static async Task<Sample> MeasureAsync(
        Laboratory laboratory, ServiceProcess service, SessionKind kind, int messages, CancellationToken cancellationToken)
    {
        var request = HttpRequests.Get(
            $"/api/v1/sessions/{Keys.Session(kind, 0)}/events?after={messages - Missed}", Keys.User(0));
        var (start, serviceStart, databaseStart) = (Stopwatch.GetTimestamp(), service.ProcessorSeconds, laboratory.Server.ProcessorSeconds);
        var taken = new List<double>();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < laboratory.Options.Seconds)
        {
            taken.Add(await ResumeAsync(service.Port, request, messages, cancellationToken));
        }

        var times = Percentiles.Sort(taken);
        return new Sample(
            taken.Count / Stopwatch.GetElapsedTime(start).TotalSeconds,
            times.At(0.5),
            times.At(0.99),
            (service.ProcessorSeconds - serviceStart) * 1e6 / taken.Count,
            (laboratory.Server.ProcessorSeconds - databaseStart) * 1e6 / taken.Count);
    }

    /// <summary>Milliseconds until the last message has been told.</summary>
    private static async Task<double> ResumeAsync(int port, byte[] request, long last, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", port, cancellationToken);
        await connection.GetStream().WriteAsync(request, cancellationToken);
        var ids = new EventIds(connection.GetStream());
        var told = 0L;
        while (told < last)
        {
            if (!await ids.ReadAsync(sequence => told = sequence, cancellationToken))
            {
                throw new BenchmarkException("A stream ended before the last message.");
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }
}
