namespace SessionService.Api.Exports;

internal static class ExportServices
{
    /// <summary>For the export requests and the export command.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services) => services.AddScoped<ExportWriter>();
}
