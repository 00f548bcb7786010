using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Connections for LISTEN and NOTIFY, apart from the pool: a notification must not wait for requests, and a connection that listens is not
/// given back. A notification is heard at the server where it was sent: of several equal hosts each instance listens at all, and sends to
/// one.
/// </summary>
internal sealed class AnnouncementConnections(DatabaseHosts hosts) : IAsyncDisposable
{
    private const int KeepAliveSeconds = 10;

    private readonly HostPools _pools = new(hosts, connectionString => new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = KeepAliveSeconds }.ConnectionString)
    {
        Name = "announcements",
    });

    public DatabaseHosts Hosts => hosts;

    /// <summary>
    /// Watches a host, so that the loss of one does not hold up the announcements of the others. The only host is not watched: a connection
    /// may outlast a short freeze.
    /// </summary>
    public PulseWatch? Watch(DatabaseHost host, CancellationToken cancellationToken) =>
        hosts.All.Length > 1 ? host.Primary.Watch(cancellationToken) : null;

    public ValueTask<NpgsqlConnection> OpenAsync(DatabaseHost host, CancellationToken cancellationToken) =>
        _pools[host].Primary.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _pools.DisposeAsync();
}
