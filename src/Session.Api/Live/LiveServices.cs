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

    /// <summary>Sends streams of events outside of everything that is for the action alone, so that none of this lasts as long.</summary>
    public static WebApplication UseLiveStreams(this WebApplication app)
    {
        app.UseMiddleware<LiveStreamsMiddleware>();
        return app;
    }
}
