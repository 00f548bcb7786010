using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Npgsql;

namespace SessionService.Infrastructure.Persistence;

/// <summary>EF's contexts for the servers of the database; those that are given back are used again.</summary>
internal sealed class SessionContexts
{
    private readonly DatabaseHosts _hosts;
    private readonly PooledDbContextFactory<SessionDbContext>[] _primaries;
    private readonly PooledDbContextFactory<SessionDbContext>[] _standbys;

    public SessionContexts(HostPools pools, IServiceProvider services)
    {
        _hosts = pools.Hosts;
        var first = Factory(pools[_hosts.All[0]].Primary, model: null);
        // The same model, without which a compiled query would not take all of them.
        IModel? model = null;
        _primaries = [.. _hosts.All.Select(host => host.Index == 0 ? first : Factory(pools[host].Primary, Model()))];
        _standbys = [.. _hosts.All.Select(host =>
            pools[host].Standby == pools[host].Primary ? _primaries[host.Index] : Factory(pools[host].Standby, Model()))];

        IModel Model()
        {
            if (model is null)
            {
                using var context = first.CreateDbContext();
                model = context.Model;
            }

            return model;
        }

        PooledDbContextFactory<SessionDbContext> Factory(NpgsqlDataSource dataSource, IModel? model)
        {
            var options = Options(dataSource, services);
            return new PooledDbContextFactory<SessionDbContext>((model is null ? options : options.UseModel(model)).Options);
        }
    }

    /// <summary>A context for work that belongs to no request; the caller disposes of it.</summary>
    public SessionDbContext OfPrimary() => _primaries[_hosts.Current.Index].CreateDbContext();

    public SessionDbContext Of(ReadConnections request) =>
        (request.MayLag ? _standbys : _primaries)[_hosts.Current.Index].CreateDbContext();

    private static DbContextOptionsBuilder<SessionDbContext> Options(NpgsqlDataSource dataSource, IServiceProvider services)
    {
        var options = new DbContextOptionsBuilder<SessionDbContext>();
        options.UseSessionTables(dataSource, npgsql => npgsql.ExecutionStrategy(dependencies => new LostConnectionStrategy(dependencies)));
        return options.UseApplicationServiceProvider(services).AddInterceptors(PreparedCommands.Instance, UncertainCommits.Instance);
    }
}
