using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Contexts;

internal static class ContextServices
{
    public static IServiceCollection AddContexts(this IServiceCollection services)
    {
        services.AddOptions<ContextOptions>().BindConfiguration(ContextOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<ContextsService>();
        return services;
    }
}
