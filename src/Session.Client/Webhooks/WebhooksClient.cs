namespace SessionService.Client;

/// <summary>
/// Webhooks of the service, for a client that names no user and has the key of a service; and of a user, where the service lets users have
/// them.
/// </summary>
public sealed class WebhooksClient
{
    private readonly Connection _connection;

    internal WebhooksClient(Connection connection) => _connection = connection;

    /// <summary>
    /// Makes a webhook. Its secret is told once, so the service takes no <c>Idempotency-Key</c> here: the request is not sent again where
    /// its outcome is not known. Then <see cref="SessionServiceException.IsOutcomeUnknown"/> is true: look for it in the list.
    /// </summary>
    public Task<WebhookSecretResponse> CreateAsync(CreateWebhookRequest webhook, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, "webhooks") { IsRepeatable = false },
            webhook,
            SessionServiceJson.Default.CreateWebhookRequest,
            SessionServiceJson.Default.WebhookSecretResponse,
            cancellationToken);

    /// <summary>All webhooks of the service, or of the user.</summary>
    public Task<WebhookListResponse> ListAsync(CancellationToken cancellationToken = default) =>
        _connection.SendAsync(Call.Get("webhooks"), SessionServiceJson.Default.WebhookListResponse, cancellationToken);

    /// <summary>Reads a webhook, without its secret.</summary>
    public Task<WebhookResponse> GetAsync(Guid webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(Call.Get(Path(webhookId)), SessionServiceJson.Default.WebhookResponse, cancellationToken);

    /// <summary>Changes what is given. A second time the same patch changes nothing.</summary>
    public Task<WebhookResponse> PatchAsync(Guid webhookId, PatchWebhookRequest patch, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Patch, Path(webhookId)),
            patch,
            SessionServiceJson.Default.PatchWebhookRequest,
            SessionServiceJson.Default.WebhookResponse,
            cancellationToken);

    /// <summary>Deletes a webhook with its log.</summary>
    public Task<WebhookDeletedResponse> DeleteAsync(Guid webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Delete, Path(webhookId)), SessionServiceJson.Default.WebhookDeletedResponse, cancellationToken);

    /// <summary>Gives a webhook a new secret; the old one is valid too for a time. Not sent again where its outcome is not known.</summary>
    public Task<WebhookSecretResponse> RotateSecretAsync(Guid webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, $"{Path(webhookId)}/secret") { IsRepeatable = false },
            SessionServiceJson.Default.WebhookSecretResponse,
            cancellationToken);

    /// <summary>Sends a test event at once.</summary>
    public Task<WebhookTestResponse> TestAsync(Guid webhookId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, $"{Path(webhookId)}/test"), SessionServiceJson.Default.WebhookTestResponse, cancellationToken);

    /// <summary>The log of a webhook, the newest first; with <see cref="WebhookDeliveryStatus.Dead"/> the dead letters.</summary>
    public IAsyncEnumerable<WebhookDeliveryResponse> ListDeliveriesAsync(
        Guid webhookId, WebhookDeliveryStatus? status = null, CancellationToken cancellationToken = default) =>
        Pages.ByNumberAsync(
            (number, token) => ListDeliveriesPageAsync(webhookId, status, number, pageSize: 100, token),
            page => (page.Deliveries, page.Total),
            delivery => delivery.DeliveryId,
            cancellationToken);

    /// <summary>One page of the log.</summary>
    public Task<WebhookDeliveryListResponse> ListDeliveriesPageAsync(
        Guid webhookId,
        WebhookDeliveryStatus? status = null,
        int? page = null,
        int? pageSize = null,
        CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            Call.Get(
                $"{Path(webhookId)}/deliveries",
                new Query { { "status", status?.Value }, { "page", page }, { "page_size", pageSize } }),
            SessionServiceJson.Default.WebhookDeliveryListResponse,
            cancellationToken);

    /// <summary>Sends an event again. Not sent again itself where its outcome is not known.</summary>
    public Task<WebhookDeliveryResponse> ReplayAsync(Guid webhookId, Guid deliveryId, CancellationToken cancellationToken = default) =>
        _connection.SendAsync(
            new Call(HttpMethod.Post, $"{Path(webhookId)}/deliveries/{deliveryId}/replay") { IsRepeatable = false },
            SessionServiceJson.Default.WebhookDeliveryResponse,
            cancellationToken);

    private static string Path(Guid webhookId) => $"webhooks/{webhookId}";
}
