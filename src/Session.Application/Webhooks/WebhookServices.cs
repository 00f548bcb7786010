using Microsoft.Extensions.DependencyInjection;

namespace SessionService.Application.Webhooks;

internal static class WebhookServices
{
    /// <summary>Webhooks: who may have them, and what they are.</summary>
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddOptions<WebhookOptions>().BindConfiguration(WebhookOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SecretSeal>();
        services.AddScoped<WebhooksService>();
        return services;
    }
}
