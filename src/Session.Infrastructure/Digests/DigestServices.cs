using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Digests;

internal static class DigestServices
{
    /// <summary>The background job that keeps everything derived from messages current, by each <see cref="IDigestParticipant"/>.</summary>
    public static IServiceCollection AddDigest(this IServiceCollection services)
    {
        services.AddOptions<DigestOptions>().BindConfiguration(DigestOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DigestDataSource>();
        services.AddSingleton<DigestMetrics>();
        services.AddSingleton<DigestReader>();
        services.AddSingleton<Digester>();
        services.AddHostedService<DigestJob>();
        services.AddHostedService<FoldingRenewalJob>();
        return services;
    }
}
