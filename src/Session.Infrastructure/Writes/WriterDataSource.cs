using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The connections of <see cref="GroupWriter{TWrite,TOutcome}"/>, apart from the pool of the requests: a writer keeps its connection, and
/// must neither wait for requests that read nor leave them fewer connections.
/// </summary>
internal sealed class WriterDataSource : IAsyncDisposable
{
    // Appends, creations and deltas.
    private const int KindsOfWrites = 3;

    // One generic plan for groups of any size: for small groups PostgreSQL would otherwise plan at each execution, which costs more than
    // the execution. The plan must use indexes even if it is made while the tables are empty, as after the first start. With sequential
    // scans off PostgreSQL overestimates its cost, and would compile it: hence no JIT.
    //
    // A group that waits for a locked session is given up soon, with nothing made: the writes to each session then go apart, and only those
    // to the locked one are refused.
    private const string Settings =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; SET lock_timeout = '1s'";

    // A coordinator plans for the shard of the user, which a generic plan does not know. It passes on what a transaction sets.
    private const string ShardedSettings = "SET jit = off; SET lock_timeout = '1s'; SET citus.propagate_set_commands = 'local'";

    /// <summary>In a transaction of a sharded database: a limit like the one of the connection, for the other servers too.</summary>
    public const string LimitWaiting = "SET LOCAL lock_timeout = '1s'";

    // A bound only: there are as many as there are nodes.
    private const int MostNodes = 32;

    private readonly HostPools _pools;
    private readonly int[] _interruptions;
    private readonly EventHandler[] _onInterrupted;

    public WriterDataSource(DatabaseHosts hosts, IOptions<WriteOptions> options, IOptions<ShardingOptions> layout)
    {
        var isSharded = layout.Value.Sharded;
        _pools = new HostPools(
            hosts,
            connectionString => Builder(
                connectionString,
                KindsOfWrites * options.Value.Writers * (isSharded ? MostNodes : 1),
                isSharded ? ShardedSettings : Settings));
        _interruptions = new int[hosts.All.Length];
        _onInterrupted = [.. hosts.All.Select(host => new EventHandler((_, _) => Forget(host)))];
        foreach (var host in hosts.All)
        {
            host.Primary.Interrupted += _onInterrupted[host.Index];
        }
    }

    public DatabaseHosts Hosts => _pools.Hosts;

    /// <summary>How often the host was interrupted: a connection that was opened before the last time is not used any more.</summary>
    public int InterruptionsOf(DatabaseHost host) => Volatile.Read(ref _interruptions[host.Index]);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(DatabaseHost host, CancellationToken cancellationToken) =>
        _pools[host].Primary.OpenConnectionAsync(cancellationToken);

    /// <summary>Makes the next write open a new connection, to whichever server takes writes then.</summary>
    public void Forget(DatabaseHost host)
    {
        Interlocked.Increment(ref _interruptions[host.Index]);
        _pools[host].Forget();
    }

    private static NpgsqlDataSourceBuilder Builder(string connectionString, int connections, string settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = Math.Max(connection.MaxPoolSize, connections);
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "writers" }.UseSettings(settings);
    }

    public ValueTask DisposeAsync()
    {
        foreach (var host in Hosts.All)
        {
            host.Primary.Interrupted -= _onInterrupted[host.Index];
        }

        return _pools.DisposeAsync();
    }
}
