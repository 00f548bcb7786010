using Microsoft.Extensions.DependencyInjection;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Schema;

internal static class SchemaServices
{
    /// <summary>Migrations, and the check that the database has the schema of this version.</summary>
    public static IServiceCollection AddSchema(this IServiceCollection services)
    {
        services.AddSingleton<SchemaMigrator>();
        services.AddSingleton(provider =>
        {
            var pools = provider.GetRequiredService<HostPools>();
            return new SchemaCheck(() => pools.Current.Primary);
        });
        services.AddSingleton<SchemaDistributor>();
        return services;
    }
}
