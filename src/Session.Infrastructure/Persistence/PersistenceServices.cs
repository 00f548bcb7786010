using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.Infrastructure.Persistence;

internal static class PersistenceServices
{
    // An instance that freezes or loses its network in the middle of a transaction keeps a session and a slot of the statistics locked.
    // Without this setting the server would take its connection for alive for hours, and other instances' writers would wait.
    private const string RequestSettings = "SET idle_in_transaction_session_timeout = '10s'";

    /// <summary>The database server, and the connections to it.</summary>
    public static IServiceCollection AddDatabaseServer(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section).ValidateDataAnnotations();
        services.AddOptions<ShardingOptions>().BindConfiguration(ShardingOptions.Section);
        services.AddSingleton<DatabaseServer>();
        services.AddOptions<PulseOptions>().BindConfiguration(PulseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DatabaseHosts>();
        services.AddSingleton(provider => new HostPools(provider.GetRequiredService<DatabaseHosts>(), RequestDataSource));
        services.AddSingleton(AnyHost);
        services.AddSingleton(provider =>
        {
            var pools = provider.GetRequiredService<HostPools>();
            return new Database(() => pools.Current.Primary);
        });
        services.AddByLayout<IUserLocks, AdvisoryUserLocks, UserLockRows>();
        return services;
    }

    /// <summary>What a request reads and writes with, and the pulse that tells it when the database is lost.</summary>
    public static IServiceCollection AddDatabaseAccess(this IServiceCollection services)
    {
        services.AddSingleton<DatabasePulses>();
        services.AddScoped<ReadConnections>();
        services.AddSingleton<SessionContexts>();
        services.AddScoped(provider => provider.GetRequiredService<SessionContexts>().Of(provider.GetRequiredService<ReadConnections>()));
        return services;
    }

    // For what keeps one data source.
    private static NpgsqlDataSource AnyHost(IServiceProvider provider)
    {
        var pools = provider.GetRequiredService<HostPools>();
        if (pools.Hosts.All.Length == 1)
        {
            return pools[pools.Hosts.All[0]].Primary;
        }

        var connection = new NpgsqlConnectionStringBuilder(provider.GetRequiredService<DatabaseServer>().ConnectionString)
        {
            LoadBalanceHosts = true,
            MinPoolSize = 0,
        };
        return new NpgsqlDataSourceBuilder(connection.ConnectionString) { Name = "any host" }.BuildMultiHost();
    }

    // Metrics show the name; without one they would show the connection string.
    private static NpgsqlDataSourceBuilder RequestDataSource(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = "requests" }.UseSettings(RequestSettings);
}
