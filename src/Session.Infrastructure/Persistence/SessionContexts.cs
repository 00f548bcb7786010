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
        _primary = _standby = new PooledDbContextFactory<SessionDbContext>(Options(pool.Primary, services).Options);
        if (pool.Standby != pool.Primary)
        {
            // The same model, without which a compiled query would not take both.
            using var primary = _primary.CreateDbContext();
            _standby = new PooledDbContextFactory<SessionDbContext>(Options(pool.Standby, services).UseModel(primary.Model).Options);
        }
    }

    /// <summary>A context for work that belongs to no request; the caller disposes of it.</summary>
    public SessionDbContext OfPrimary() => _primary.CreateDbContext();

    public SessionDbContext Of(ReadConnections request) => (request.MayLag ? _standby : _primary).CreateDbContext();

    private static DbContextOptionsBuilder<SessionDbContext> Options(NpgsqlDataSource dataSource, IServiceProvider services)
    {
        var options = new DbContextOptionsBuilder<SessionDbContext>();
        options.UseSessionTables(dataSource, npgsql => npgsql.ExecutionStrategy(dependencies => new LostConnectionStrategy(dependencies)));
        return options.UseApplicationServiceProvider(services).AddInterceptors(PreparedCommands.Instance, UncertainCommits.Instance);
    }
}
