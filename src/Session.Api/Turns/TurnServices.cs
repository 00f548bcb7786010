namespace SessionService.Api.Turns;

internal static class TurnServices
{
    /// <summary>The turns of long work.</summary>
    public static IServiceCollection AddTurns(this IServiceCollection services)
    {
        services.AddOptions<TurnOptions>().BindConfiguration(TurnOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TurnMetrics>();
        services.AddSingleton<FairTurns>();
        return services;
    }
}
