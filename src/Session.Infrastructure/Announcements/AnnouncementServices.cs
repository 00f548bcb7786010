using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Live;

namespace SessionService.Infrastructure.Announcements;

internal static class AnnouncementServices
{
    /// <summary>What tells followers, on this instance and on others, that a session has changed.</summary>
    public static IServiceCollection AddAnnouncements(this IServiceCollection services)
    {
        services.AddOptions<LiveOptions>().BindConfiguration(LiveOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<FollowedSessions>();
        services.AddSingleton<IFollowedSessions>(provider => provider.GetRequiredService<FollowedSessions>());
        services.AddSingleton<SessionAnnouncer>();
        services.AddSingleton<AnnouncementConnections>();
        services.AddHostedService<AnnouncementSender>();
        services.AddHostedService<AnnouncementListener>();
        services.AddHostedService<AudienceJob>();
        return services;
    }
}
