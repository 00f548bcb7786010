using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.Infrastructure.Persistence;

internal static class PersistenceServices
{
    // An instance that freezes or loses its network in the middle of a transaction would keep a session and a slot of the statistics
    // locked, and with them other instances' writers, for as long as the server takes the connection for alive: hours.
    private const string RequestSettings = "SET idle_in_transaction_session_timeout = '10s'";

    /// <summary>The database server, and the one data source of the process.</summary>
    public static IServiceCollection AddDatabaseServer(this IServiceCollection services)
    {
        services.AddOptions<EmbeddedPostgresOptions>().BindConfiguration(EmbeddedPostgresOptions.Section).ValidateDataAnnotations();
        services.AddSingleton<DatabaseServer>();
        services.AddSingleton(provider => new ServerPool(RequestDataSource(provider.GetRequiredService<DatabaseServer>().ConnectionString)));
        services.AddSingleton(provider => provider.GetRequiredService<ServerPool>().Primary);
        services.AddSingleton<Database>();
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

    // The name stands in metrics, where the connection string would stand without one.
    private static NpgsqlDataSourceBuilder RequestDataSource(string connectionString) =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = "requests" }.UseSettings(RequestSettings);
}
