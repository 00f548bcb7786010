using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SessionService.Application.Webhooks;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Webhooks;

internal static class WebhookServices
{
    /// <summary>Webhooks, and the delivery of what their outbox holds.</summary>
    public static IServiceCollection AddWebhookDelivery(this IServiceCollection services)
    {
        services.TryAddSingleton<HostAddresses>(_ => (host, cancellationToken) => Dns.GetHostAddressesAsync(host, cancellationToken));
        services.AddSingleton<WebhookConnections>();
        services.AddSingleton<WebhookSender>();
        services.AddSingleton<IWebhookSender>(provider => provider.GetRequiredService<WebhookSender>());
        services.AddSingleton<WebhookPayload>();
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<DeliveryQueue>();
        services.AddSingleton<DeliveryLog>();
        services.AddSingleton<IWebhookStore, WebhookStore>();
        services.AddOptions<EventOptions>()
            .BindConfiguration(EventOptions.Section)
            .ValidateDataAnnotations()
            .Validate<IOptions<ShardingOptions>>(
                (events, layout) => !events.Nats.IsGiven || !layout.Value.Sharded,
                "Events:Nats:Url cannot be given where the database is sharded: its writes store no events.")
            .ValidateOnStart();
        services.AddSingleton<NatsPublisher>();
        services.AddSingleton<NatsSink>();
        services.AddHostedService<NatsSinkJob>();
        services.AddHostedService<DeliveryJob>();
        services.AddHostedService<DeliveryLogJob>();
        return services;
    }
}
