namespace SessionService.Api.Imports;

internal static class ImportServices
{
    /// <summary>For the import request and the import command.</summary>
    public static IServiceCollection AddImports(this IServiceCollection services) => services
        .AddSingleton<ForeignReader>()
        .AddSingleton<ImportReader>()
        .AddSingleton<ImportArchive>();
}
