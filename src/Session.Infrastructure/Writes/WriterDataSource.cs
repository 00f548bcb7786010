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

    private readonly DatabasePulse _pulse;
    private readonly ServerPool _pool;
    private volatile int _interruptions;

    public WriterDataSource(
        DatabaseServer server, IOptions<WriteOptions> options, IOptions<ShardingOptions> layout, DatabasePulses pulses)
    {
        _pool = Create(server.ConnectionString, options.Value, layout.Value.Sharded ? ShardedSettings : Settings);
        _pulse = pulses.Primary;
        _pulse.Interrupted += OnInterrupted;
    }

    /// <summary>How often the database was interrupted: a connection that was opened before the last time is not used any more.</summary>
    public int Interruptions => _interruptions;

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        _pool.Primary.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc cref="DatabasePulse.Watch"/>
    public PulseWatch Watch(CancellationToken cancellationToken) => _pulse.Watch(cancellationToken);

    /// <summary>Makes the next write open a new connection, to whichever server takes writes then.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _interruptions);
        _pool.Forget();
    }

    private void OnInterrupted(object? sender, EventArgs e) => Forget();

    private static ServerPool Create(string connectionString, WriteOptions options, string settings)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = Math.Max(connection.MaxPoolSize, KindsOfWrites * options.Writers);
        return new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "writers" }.UseSettings(settings));
    }

    public ValueTask DisposeAsync()
    {
        _pulse.Interrupted -= OnInterrupted;
        return _pool.DisposeAsync();
    }
}
