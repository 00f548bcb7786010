namespace SessionService.Api.Imports;

internal static class ImportServices
{
    /// <summary>For requests and for commands.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services) => services.AddSingleton<ImportReader>();
}
