using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Imports;

namespace SessionService.Infrastructure.Imports;

internal static class ImportServices
{
    public static IServiceCollection AddImportStore(this IServiceCollection services)
    {
        services.AddScoped<IImportStore, ImportStore>();
        return services;
    }
}
