using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// The connections of background jobs, in a pool of their own: the jobs neither wait for connections of requests nor take them away.
/// </summary>
internal sealed class DigestDataSource(DatabaseServer server) : IAsyncDisposable
{
    private const int MaxConnections = 4;

    // Made when a job first opens a connection: the container makes the jobs before the embedded server has a connection string.
    private readonly Lazy<NpgsqlDataSource> _dataSource = new(() => Create(server.ConnectionString));

    public Database Database => new(_dataSource.Value);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        _dataSource.Value.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _dataSource.IsValueCreated ? _dataSource.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static NpgsqlDataSource Create(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = MaxConnections };
        connection.ApplicationName += "_digest";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "digest" }.Build();
    }
}
