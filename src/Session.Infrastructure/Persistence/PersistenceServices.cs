using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.Infrastructure.Persistence;

internal static class PersistenceServices
{
    // An instance that freezes or loses its network in the middle of a transaction keeps a session and a slot of the statistics locked.
    // Without this setting the server would take its connection for alive for hours, and other instances' writers would wait.
    private const string RequestSettings = "SET idle_in_transaction_session_timeout = '10s'";

    /// <summary>The database server, and the one data source of the process.</summary>
    public static IServiceCollection AddDatabaseServer(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section).ValidateDataAnnotations();
        services.AddOptions<ShardingOptions>().BindConfiguration(ShardingOptions.Section);
        services.AddSingleton<DatabaseServer>();
        services.AddSingleton(
            provider => new ServerPool(RequestDataSource(provider.GetRequiredService<DatabaseServer>().ConnectionString)));
        services.AddSingleton(provider => provider.GetRequiredService<ServerPool>().Primary);
        services.AddSingleton<Database>();
        services.AddByLayout<IUserLocks, AdvisoryUserLocks, UserLockRows>();
        return services;
    }

    /// <summary>What a request reads and writes with, and the pulse that tells it when the database is lost.</summary>
    public static IServiceCollection AddDatabaseAccess(this IServiceCollection services)
    {
        services.AddOptions<PulseOptions>().BindConfiguration(PulseOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DatabasePulses>();
        services.AddScoped<ReadConnections>();
        services.AddSingleton<SessionContexts>();
        services.AddScoped(provider => provider.GetRequiredService<SessionContexts>().Of(provider.GetRequiredService<ReadConnections>()));
        return services;
    }

    // Metrics show the name; without one they would show the connection string.
    private static NpgsqlDataSourceBuilder RequestDataSource(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = "requests" }.UseSettings(RequestSettings);
}
