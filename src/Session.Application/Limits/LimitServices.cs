using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Limits;

internal static class LimitServices
{
    public static IServiceCollection AddLimitOptions(this IServiceCollection services)
    {
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        return services;
    }
}
