using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Archival;

namespace SessionService.Infrastructure.Archival;

internal static class ArchivalServices
{
    /// <summary>Archival and retention of sessions that nobody uses.</summary>
    public static IServiceCollection AddArchival(this IServiceCollection services)
    {
        services.AddOptions<ArchivalOptions>().BindConfiguration(ArchivalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ArchivalMetrics>();
        services.AddSingleton<ISessionRetention, SessionRetention>();
        services.AddHostedService<ArchivalJob>();
        return services;
    }
}
