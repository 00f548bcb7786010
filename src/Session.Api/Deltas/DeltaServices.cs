namespace SessionService.Api.Deltas;

internal static class DeltaServices
{
    public static IServiceCollection AddDeltaRequests(this IServiceCollection services) => services
        .AddSingleton<OpenDeltaBodies>()
        .AddSingleton<DeltaLine>()
        .AddTransient<DeltaBody>();
}
