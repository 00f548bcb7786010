using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>EF's contexts for the servers of the database; those that are given back are used again.</summary>
internal sealed class SessionContexts
{
    private readonly PooledDbContextFactory<SessionDbContext> _primary;
    private readonly PooledDbContextFactory<SessionDbContext> _standby;

    public SessionContexts(ServerPool pool, IServiceProvider services)
    {
        _primary = Create(pool.Primary, services);
        _standby = pool.Standby == pool.Primary ? _primary : Create(pool.Standby, services);
    }

    public SessionDbContext Of(ReadConnections request) => (request.MayLag ? _standby : _primary).CreateDbContext();

    private static PooledDbContextFactory<SessionDbContext> Create(NpgsqlDataSource dataSource, IServiceProvider services)
    {
        var options = new DbContextOptionsBuilder<SessionDbContext>();
        options.UseSessionTables(dataSource);
        options.UseApplicationServiceProvider(services).AddInterceptors(PreparedCommands.Instance);
        return new PooledDbContextFactory<SessionDbContext>(options.Options);
    }
}
