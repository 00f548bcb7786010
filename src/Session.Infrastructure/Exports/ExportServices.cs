using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Exports;

namespace SessionService.Infrastructure.Exports;

internal static class ExportServices
{
    /// <summary>Reads of whole sessions and users for exports.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services)
    {
        services.AddScoped<IExportReader, ExportReader>();
        return services;
    }
}
