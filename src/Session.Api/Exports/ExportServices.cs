namespace SessionService.Api.Exports;

internal static class ExportServices
{
    /// <summary>For requests and for commands.</summary>
    public static IServiceCollection AddExports(this IServiceCollection services) => services.AddScoped<ExportWriter>();
}
