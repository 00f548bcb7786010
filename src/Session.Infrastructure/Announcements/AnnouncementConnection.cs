using Npgsql;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Connections for LISTEN and NOTIFY, apart from the pool: a notification must not wait for requests, and a connection that listens is not
/// given back.
/// </summary>
internal sealed class AnnouncementConnection(DatabaseServer server) : IAsyncDisposable
{
    private const int KeepAliveSeconds = 10;

    private readonly Lazy<ServerPool> _pool = new(() => new ServerPool(new NpgsqlDataSourceBuilder(
        new NpgsqlConnectionStringBuilder(server.ConnectionString) { Pooling = false, KeepAlive = KeepAliveSeconds }.ConnectionString)
    {
        Name = "announcements",
    }));

    public ValueTask<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        _pool.Value.Primary.OpenConnectionAsync(cancellationToken);

    public ValueTask DisposeAsync() => _pool.IsValueCreated ? _pool.Value.DisposeAsync() : ValueTask.CompletedTask;
}
