using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Usage;
using SessionService.Infrastructure.Digests;

namespace SessionService.Infrastructure.Usage;

internal static class UsageServices
{
    /// <summary>Tokens and cost by time, which the digest sums up.</summary>
    public static IServiceCollection AddUsage(this IServiceCollection services)
    {
        services.AddSingleton<IDigestParticipant, UsageDigest>();
        services.AddScoped<IUsageStore, UsageStore>();
        return services;
    }
}
