using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Contexts.Tokens;

namespace SessionService.Application.Contexts;

internal static class ContextServices
{
    public static IServiceCollection AddContexts(this IServiceCollection services)
    {
        services.AddOptions<ContextOptions>().BindConfiguration(ContextOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<TokenCounter>();
        services.AddScoped<ContextsService>();
        return services;
    }
}
