using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The connections of <see cref="GroupWriter{TWrite,TOutcome}"/>, beside the pool of the requests: a writer keeps its own for as long as it
/// lasts, and must neither wait for the requests that read nor leave them fewer.
/// </summary>
internal sealed class WriterDataSource : IAsyncDisposable
{
    // Appends and creations.
    private const int KindsOfWrites = 2;

    // One plan for groups of any size, made once: for small groups PostgreSQL would otherwise plan anew at each execution, which costs more
    // than the execution does. It must go by indexes even if it is made while the tables are empty, as after the first start, and
    // must not be compiled because PostgreSQL takes what it may not do for expensive.
    //
    // A group that waits for a session which somebody holds is given up soon, for certain and with nothing made: the writes to each session
    // then go apart, and only those to that one are refused.
    private const string Settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; SET lock_timeout = '1s'";

    private readonly DatabasePulse _pulse;
    private readonly ServerPool _pool;
    private volatile int _interruptions;

    public WriterDataSource(DatabaseServer server, IOptions<WriteOptions> options, DatabasePulses pulses)
    {
        _pool = Create(server.ConnectionString, options.Value);
        _pulse = pulses.Primary;
        _pulse.Interrupted += OnInterrupted;
    }

    /// <summary>Changes when the database was interrupted: a connection opened before is not to be written on.</summary>
    public int Interruptions => _interruptions;

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _pool.Primary.OpenConnectionAsync(cancellationToken);

    /// <inheritdoc cref="DatabasePulse.Watch"/>
    public PulseWatch Watch(CancellationToken cancellationToken) => _pulse.Watch(cancellationToken);

    /// <summary>Lets the next write have a new connection, to whichever server takes writes then.</summary>
    public void Forget()
    {
        Interlocked.Increment(ref _interruptions);
        _pool.Forget();
    }

    private void OnInterrupted(object? sender, EventArgs e) => Forget();

    private static ServerPool Create(string connectionString, WriteOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = Math.Max(connection.MaxPoolSize, KindsOfWrites * options.Writers);
        return new ServerPool(new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "writers" }.UseSettings(Settings));
    }

    public ValueTask DisposeAsync()
    {
        _pulse.Interrupted -= OnInterrupted;
        return _pool.DisposeAsync();
    }
}
