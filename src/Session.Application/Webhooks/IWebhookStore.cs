using SessionService.Application.Paging;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>Keeps the webhooks and their log. Each call names the owner: another's webhook does not exist.</summary>
public interface IWebhookStore
{
    /// <summary>Adds a webhook in a free place.</summary>
    /// <param name="ownerId">The user, or <see cref="Webhook.OfService"/>.</param>
    /// <param name="make">Makes the webhook for a place.</param>
    /// <param name="max">How many the owner may have.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns><see langword="null"/> where every place is taken.</returns>
    Task<Webhook?> AddAsync(string ownerId, Func<short, Webhook> make, int max, CancellationToken cancellationToken);

    Task<IReadOnlyList<Webhook>> ListAsync(string ownerId, CancellationToken cancellationToken);

    Task<Webhook?> FindAsync(string ownerId, Guid webhookId, CancellationToken cancellationToken);

    /// <summary>Changes a webhook. Where that switches it off, what it has not been told becomes dead letters.</summary>
    Task<Webhook?> ChangeAsync(string ownerId, Guid webhookId, Action<Webhook> change, CancellationToken cancellationToken);

    /// <summary>Deletes a webhook with its log; false where there is no such one.</summary>
    Task<bool> DeleteAsync(string ownerId, Guid webhookId, CancellationToken cancellationToken);

    Task<Paged<WebhookDelivery>> ListDeliveriesAsync(
        string ownerId, Guid webhookId, string? status, PageRange range, CancellationToken cancellationToken);

    Task<WebhookDelivery?> FindDeliveryAsync(string ownerId, Guid webhookId, Guid eventId, CancellationToken cancellationToken);

    /// <summary>Lets a delivery that has ended begin anew; <see langword="null"/> where there is none, or it is under way.</summary>
    Task<WebhookDelivery?> ReplayAsync(
        string ownerId, Guid webhookId, Guid eventId, DateTimeOffset now, CancellationToken cancellationToken);
}

/// <summary>Sends an event to a webhook's address.</summary>
public interface IWebhookSender
{
    /// <summary>Sends a test event, once.</summary>
    Task<WebhookTestResponse> TestAsync(Webhook webhook, CancellationToken cancellationToken);
}
