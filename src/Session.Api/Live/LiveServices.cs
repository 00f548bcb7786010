using SessionService.Api.Identity;
using SessionService.Application.Live;

namespace SessionService.Api.Live;

internal static class LiveServices
{
    /// <summary>Streams of events.</summary>
    public static IServiceCollection AddLiveStreams(this IServiceCollection services)
    {
        services.AddScoped<SessionFeed>();
        services.AddSingleton<SessionEventPages>();
        services.AddSingleton<StandingAccess>();
        services.AddSingleton<LiveMetrics>();
        services.AddSingleton<Followers>();
        services.AddSingleton<Beats>();
        services.AddHostedService(provider => provider.GetRequiredService<Beats>());
        return services;
    }
}
