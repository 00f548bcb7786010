using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;

namespace SessionService.Infrastructure.Startup;

/// <summary>
/// Finds out which node of a sharded database each host is, and which node has which users. Both change when shards move and when a standby
/// takes over; until the next run requests take the way round over another node. Where only one host is named, the others get a pulse by
/// way of it.
/// </summary>
internal sealed class ShardMapJob(
    HostPools pools, IOptions<ShardingOptions> layout, IOptions<PulseOptions> pulses, TimeProvider time, ILogger<ShardMapJob> logger)
    : RecurringJob(time, logger)
{
    // By hand: the catalog of Citus, which the EF model does not have. All tables of users lie where the sessions do.
    private const string Shards =
        """
        SELECT (SELECT l.groupid FROM pg_dist_local_group AS l) AS own_node, s.shardminvalue::int AS least, p.groupid AS node
        FROM pg_dist_shard AS s
        JOIN pg_dist_placement AS p ON p.shardid = s.shardid
        WHERE s.logicalrelid = to_regclass($1)
        ORDER BY least
        """;

    private const string AskNode = $"SELECT false FROM {Root} WHERE user_id = $1 LIMIT 1";

    private const string Root = $"{SessionDbContext.Schema}.{TableLayout.Root}";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    protected override string Name => "shard map";

    protected override TimeSpan Interval => TimeSpan.FromSeconds(5);

    protected override bool IsEnabled => layout.Value.Sharded;

    // The pulse logs that a host is away.
    protected override LogLevel FailureLevel => LogLevel.Debug;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        foreach (var host in pools.Hosts.All.Where(host => !host.Primary.IsLost))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            using var watch = host.Primary.Watch(patience.Token);
            try
            {
                await AskAsync(host, watch.Token);
            }
            catch (Exception exception)
                when (!cancellationToken.IsCancellationRequested
                    && (exception is OperationCanceledException || DatabaseFaults.IsPassing(exception)))
            {
                // The next run asks again; meanwhile the other hosts tell.
            }
        }

        foreach (var node in pools.Hosts.NodesWithoutPulse())
        {
            var pulse = pools.Hosts.AddPulseOf(node, (connection, shards, token) => AskOfAsync(node, connection, shards, token));
            // Runs until the stop of the service, and never fails before.
            _ = WatchAsync(pulse, cancellationToken);
        }

        return true;
    }

    private async Task WatchAsync(DatabasePulse pulse, CancellationToken cancellationToken)
    {
        // The host answers, and only the node behind does not: a time-out before the end of the patience would hide that.
        await using var pool = DatabaseWatch.NewPool(pools.Hosts.All[0], pulses.Value.Patience + TimeSpan.FromSeconds(1));
        await pulse.RunAsync(pool.Primary, cancellationToken);
    }

    private static async Task<bool> AskOfAsync(
        int node, NpgsqlConnection connection, ShardMap shards, CancellationToken cancellationToken) =>
        shards.FindUserOf(node) is { } userId
        && await new Sql(connection).Statement(AskNode, userId).Unprepared().ValueAsync<bool>(cancellationToken);

    private async Task AskAsync(DatabaseHost host, CancellationToken cancellationToken)
    {
        var own = DatabaseHosts.NoNode;
        var shards = await new Database(pools[host].Primary).ReadAsync(
            sql => sql.Statement(Shards, Root).ListAsync(
                row =>
                {
                    own = row.Get<int>("own_node");
                    return (row.Get<int>("least"), row.Get<int>("node"));
                },
                cancellationToken),
            cancellationToken);
        pools.Hosts.Learn(host, own, new ShardMap(shards));
    }
}
