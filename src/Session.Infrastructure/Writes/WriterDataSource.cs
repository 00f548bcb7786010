using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Startup;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The connections of <see cref="GroupWriter{TWrite,TOutcome}"/>, beside the pool of the requests: a writer keeps its own for as long as it
/// lasts, and must neither wait for the requests that read nor leave them fewer.
/// </summary>
internal sealed class WriterDataSource(DatabaseServer server, IOptions<WriteOptions> options) : IAsyncDisposable
{
    // Appends and creations.
    private const int KindsOfWrites = 2;

    // One plan for groups of any size, made once: for small groups PostgreSQL would otherwise plan anew at each execution, which costs more
    // than the execution does. It must go by indexes even if it is made while the tables are empty, as after the first start: a plan
    // that reads them whole would stay until the next ANALYZE, and by then they may hold a million rows.
    //
    // A group that waits for a session which somebody holds is given up soon, for certain and with nothing made: the writes to each session
    // then go apart, and only those to that one are refused.
    private const string Settings = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET lock_timeout = '1s'";

    private readonly NpgsqlDataSource _dataSource = Create(server.ConnectionString, options.Value);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _dataSource.OpenConnectionAsync(cancellationToken);

    private static NpgsqlDataSource Create(string connectionString, WriteOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = Math.Max(connection.MaxPoolSize, KindsOfWrites * options.Writers);
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "writers" }.UseSettings(Settings).Build();
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
