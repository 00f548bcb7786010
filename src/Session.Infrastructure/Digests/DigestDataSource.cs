using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// The connections of background jobs, in a pool of their own: the jobs neither wait for connections of requests nor take them away.
/// </summary>
internal sealed class DigestDataSource(DatabaseHosts hosts) : IAsyncDisposable
{
    private const int MaxConnections = 4;

    private readonly HostPools _pools = new(hosts, Builder);

    public Database Database => new(() => _pools.Current.Primary);

    public ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken) =>
        _pools.Current.Primary.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _pools.DisposeAsync();

    private static NpgsqlDataSourceBuilder Builder(string connectionString)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString) { MinPoolSize = 0, MaxPoolSize = MaxConnections };
        connection.ApplicationName += "_digest";
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "digest" };
    }
}
