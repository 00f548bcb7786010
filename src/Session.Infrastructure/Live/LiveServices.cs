using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Live;

namespace SessionService.Infrastructure.Live;

internal static class LiveServices
{
    /// <summary>What streams of events read, and the look-up that finds what nobody announced.</summary>
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSingleton<ILiveReader, LiveReader>();
        services.AddHostedService<FollowedLookUp>();
        return services;
    }
}
