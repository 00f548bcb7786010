using Microsoft.Extensions.Options;
using Npgsql;
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
    // than the execution does. The plan goes by indexes, as the arrays are few against the tables.
    //
    // A group that waits for a session which somebody holds is given up soon, for certain and with nothing made: its writes then go one by
    // one, and only those to that session are refused.
    //
    // What is set here stays on a connection that is given back, as connections are not reset (see DatabaseOptions).
    private const string Initialize = "SET plan_cache_mode = force_generic_plan; SET lock_timeout = '1s'";

    private readonly NpgsqlDataSource _dataSource = Create(server.ConnectionString, options.Value);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _dataSource.OpenConnectionAsync(cancellationToken);

    private static NpgsqlDataSource Create(string connectionString, WriteOptions options)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.MaxPoolSize = Math.Max(connection.MaxPoolSize, KindsOfWrites * options.Writers);
        var builder = new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "writers" };
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                using var command = new NpgsqlCommand(Initialize, connection);
                command.ExecuteNonQuery();
            },
            async connection =>
            {
                await using var command = new NpgsqlCommand(Initialize, connection);
                await command.ExecuteNonQueryAsync();
            });
        return builder.Build();
    }

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();
}
