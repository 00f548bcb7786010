using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>A pool of connections to each host of the database, for one purpose.</summary>
/// <param name="hosts">The hosts.</param>
/// <param name="builderOf">Makes the settings of a pool from the connection string of a host, when the pool is first used.</param>
public sealed class HostPools(DatabaseHosts hosts, Func<string, NpgsqlDataSourceBuilder> builderOf) : IAsyncDisposable
{
    private readonly Lazy<ServerPool>[] _pools =
        [.. hosts.All.Select(host => new Lazy<ServerPool>(() => new ServerPool(builderOf(host.ConnectionString))))];

    public DatabaseHosts Hosts => hosts;

    /// <summary>The pool for what is done now, see <see cref="DatabaseHosts.Current"/>.</summary>
    public ServerPool Current => this[hosts.Current];

    public ServerPool this[DatabaseHost host] => _pools[host.Index].Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _pools.Where(pool => pool.IsValueCreated))
        {
            await pool.Value.DisposeAsync();
        }
    }
}
