using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>The connections of the digest, beside the pool of the requests: it must neither wait for them nor leave them fewer.</summary>
internal sealed class DigestDataSource(DatabaseServer server) : IAsyncDisposable
{
    private const int MaxConnections = 4;

    // Made when it is first used: before its start the embedded server has no connection string, and background services are made before it.
    private readonly Lazy<NpgsqlDataSource> _dataSource = new(() => Create(server.ConnectionString));

    public Database Database => new(_dataSource.Value);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _dataSource.Value.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _dataSource.IsValueCreated ? _dataSource.Value.DisposeAsync() : ValueTask.CompletedTask;

    private static NpgsqlDataSource Create(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = MaxConnections };
        connection.ApplicationName += "_digest";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "digest" }.Build();
    }
}
