using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;
using SessionService.Infrastructure.Messages.Packed;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>One conversation in two databases, in one of them packed: what each takes on the disk, and how fast a page of it is read.</summary>
internal static class PackingScenario
{
    private static readonly Dictionary<string, string> Settings = new(StringComparer.Ordinal)
    {
        ["Packing__Enabled"] = "false",
        ["Digest__Enabled"] = "false",
    };

    public static async Task<Outcome> RunAsync(Laboratory laboratory, CancellationToken cancellationToken)
    {
        await using var packedService = await StartAsync(laboratory, "packed", cancellationToken);
        await using var plainService = await StartAsync(laboratory, "not_packed", cancellationToken);
        var packedBytes = await PackAsync(laboratory, "packed", isPacked: true, cancellationToken);
        var plainBytes = await PackAsync(laboratory, "not_packed", isPacked: false, cancellationToken);

        var page = await PageRequests.ForAsync(packedService, cancellationToken);
        byte[][] requests =
        [
            .. Enumerable.Range(0, laboratory.Options.Depth / PageRequests.PageSize)
                .Select(i => page.Create(SessionKind.Deep, session: 0, after: i * PageRequests.PageSize)),
        ];
        var packed = laboratory.Requests(requests, name: "packed", service: packedService, connections: 1);
        var plain = laboratory.Requests(requests, name: "not packed", service: plainService, connections: 1);
        var pairs = await laboratory.CompareAsync(packed, plain, cancellationToken);
        return new Outcome(
            packed.Name,
            plain.Name,
            pairs,
            [new Goal("bytes on disk", _ => packedBytes / plainBytes, Limit: 1 / 6d, AtLeast: false), Goal.LatencyAtMost(1.5)]);
    }

    private static async Task<ServiceProcess> StartAsync(Laboratory laboratory, string name, CancellationToken cancellationToken)
    {
        await laboratory.Server.CreateDatabaseAsync(name, cancellationToken);
        return await laboratory.StartServiceAsync(laboratory.Server.ConnectionTo(name).ConnectionString, cancellationToken, Settings);
    }

    /// <returns>What the messages take: tables, indexes and TOAST, without what is dead.</returns>
    private static async Task<double> PackAsync(Laboratory laboratory, string name, bool isPacked, CancellationToken cancellationToken)
    {
        var messages = laboratory.Options.Depth;
        await using var database = NpgsqlDataSource.Create(laboratory.Server.ConnectionTo(name).ConnectionString);
        await Loader.AddSessionsAsync(database, SessionKind.Deep, sessions: 1, messages, cancellationToken);
        await Conversation.WriteAsync(database, Keys.Session(SessionKind.Deep, 0), messages, cancellationToken);
        if (isPacked)
        {
            await ExecuteAsync(database, "UPDATE dev.sessions SET status = 'archived', archived_at = now(), is_digested = true, digested_messages = message_count", cancellationToken);
            await PackAsync(database, cancellationToken);
        }

        foreach (var table in new[] { "session_messages", "message_segments" })
        {
            await ExecuteAsync(database, $"VACUUM (FULL, ANALYZE) dev.{table}", cancellationToken);
        }

        await using var size = database.CreateCommand("SELECT pg_total_relation_size('dev.session_messages') + pg_total_relation_size('dev.message_segments')");
        return (long)(await size.ExecuteScalarAsync(cancellationToken))!;
    }

    private static async Task PackAsync(NpgsqlDataSource database, CancellationToken cancellationToken)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var packer = new Packer(
            new Database(database), Options.Create(new PackingOptions()), new PackingMetrics(services.GetRequiredService<IMeterFactory>()), TimeProvider.System);
        foreach (var session in await packer.FindAsync(cancellationToken))
        {
            while (await packer.PackAsync(session, cancellationToken))
            {
            }
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
