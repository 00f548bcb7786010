using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Startup;

internal static class StartupServices
{
    /// <summary>Makes the database ready before the service takes requests, and watches it afterwards.</summary>
    public static IServiceCollection AddDatabaseStartup(this IServiceCollection services)
    {
        services.AddSingleton<LayoutCheck>();
        services.AddHostedService<DatabaseStartup>();
        services.AddHostedService<EmbeddedPostgresJob>();
        services.AddHostedService<DatabaseWatch>();
        services.AddHostedService<ShardMapJob>();
        return services;
    }
}
