using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Schema;

internal static class SchemaServices
{
    /// <summary>Migrations, and the check that the database has the schema of this version.</summary>
    public static IServiceCollection AddSchema(this IServiceCollection services)
    {
        services.AddSingleton<SchemaMigrator>();
        services.AddSingleton<SchemaCheck>();
        services.AddSingleton<SchemaDistributor>();
        return services;
    }
}
