using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Infrastructure.Messages.Packed;

internal static class PackingServices
{
    /// <summary>The background job that packs older messages.</summary>
    public static IServiceCollection AddPacking(this IServiceCollection services)
    {
        services.AddOptions<PackingOptions>().BindConfiguration(PackingOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<PackingMetrics>();
        services.AddSingleton<Packer>();
        services.AddHostedService<PackingJob>();
        return services;
    }
}
