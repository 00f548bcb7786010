using Npgsql;
using SessionService.Infrastructure.Startup;

namespace SessionService.Infrastructure.Digests;

/// <summary>The connection of the digest, beside the pool of the requests: it must neither wait for them nor leave them fewer.</summary>
internal sealed class DigestDataSource(DatabaseServer server) : IAsyncDisposable
{
    private const int MaxConnections = 2;

    private readonly NpgsqlDataSource _dataSource = Create(server.ConnectionString);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) => _dataSource.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _dataSource.DisposeAsync();

    private static NpgsqlDataSource Create(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = MaxConnections };
        connection.ApplicationName += "_digest";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "digest" }.Build();
    }
}
