using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Deltas;

internal static class DeltaServices
{
    /// <summary>Messages in progress.</summary>
    public static IServiceCollection AddDeltas(this IServiceCollection services)
    {
        services.AddOptions<DeltaOptions>().BindConfiguration(DeltaOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<OpenMessages>();
        services.AddScoped<DeltasService>();
        return services;
    }
}
