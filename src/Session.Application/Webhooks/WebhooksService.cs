using AutoMapper;
using Microsoft.Extensions.Options;
using SessionService.Application.Identity;
using SessionService.Application.Json;
using SessionService.Application.Paging;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>Makes, changes and deletes webhooks, and shows what they were told.</summary>
public sealed class WebhooksService(
    IWebhookStore webhooks, IWebhookSender sender, SecretSeal seal, IMapper mapper, IOptions<WebhookOptions> options, TimeProvider time)
{
    /// <summary>Makes a webhook. Its secret is in the answer, and nowhere else.</summary>
    /// <exception cref="ForbiddenException">The caller may not have webhooks.</exception>
    /// <exception cref="ConflictException">The owner has the most that are allowed.</exception>
    public async Task<WebhookSecretResponse> CreateAsync(
        Caller caller, CreateWebhookRequest request, CancellationToken cancellationToken)
    {
        var ownerId = OwnerOf(caller);
        var now = time.GetDatabaseNow();
        var webhookId = Guid.CreateVersion7(now);
        var secret = WebhookSecrets.New();
        var webhook = await webhooks.AddAsync(
            ownerId,
            slot => new Webhook
            {
                UserId = ownerId,
                WebhookId = webhookId,
                Slot = slot,
                Url = request.Url!,
                Description = request.Description,
                Events = Chosen(request.Events),
                IncludesContent = request.IncludeContent ?? false,
                IsEnabled = request.Enabled ?? true,
                Secret = seal.Seal(webhookId, secret),
                CreatedAt = now,
                UpdatedAt = now,
            },
            options.Value.MaxPerOwner,
            cancellationToken);
        return WithSecret(webhook ?? throw WebhookErrors.TooMany(options.Value.MaxPerOwner), secret);
    }

    /// <exception cref="ForbiddenException">The caller may not have webhooks.</exception>
    public async Task<WebhookListResponse> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        var found = mapper.Map<List<WebhookResponse>>(await webhooks.ListAsync(OwnerOf(caller), cancellationToken));
        return new WebhookListResponse { Webhooks = found, Total = found.Count };
    }

    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookResponse> GetAsync(Caller caller, Guid webhookId, CancellationToken cancellationToken) =>
        mapper.Map<WebhookResponse>(await FindAsync(caller, webhookId, cancellationToken));

    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookResponse> PatchAsync(
        Caller caller, Guid webhookId, PatchWebhookRequest request, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var changed = await webhooks.ChangeAsync(
            OwnerOf(caller),
            webhookId,
            webhook =>
            {
                webhook.Url = request.Url ?? webhook.Url;
                webhook.Description = request.Removes("description") ? null : request.Description ?? webhook.Description;
                webhook.Events = request.Removes("events") ? null : Chosen(request.Events) ?? webhook.Events;
                webhook.IncludesContent = request.IncludeContent ?? (!request.Removes("include_content") && webhook.IncludesContent);
                if (request.Enabled is not null || request.Removes("enabled"))
                {
                    webhook.Enable(request.Enabled ?? true);
                }

                webhook.UpdatedAt = now;
            },
            cancellationToken);
        return mapper.Map<WebhookResponse>(changed ?? throw WebhookErrors.NotFound());
    }

    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookDeletedResponse> DeleteAsync(Caller caller, Guid webhookId, CancellationToken cancellationToken) =>
        await webhooks.DeleteAsync(OwnerOf(caller), webhookId, cancellationToken)
            ? new WebhookDeletedResponse()
            : throw WebhookErrors.NotFound();

    /// <summary>Gives a webhook a new secret. The old one is valid too for a time.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookSecretResponse> RotateAsync(Caller caller, Guid webhookId, CancellationToken cancellationToken)
    {
        var secret = WebhookSecrets.New();
        var kept = seal.Seal(webhookId, secret);
        var now = time.GetDatabaseNow();
        var changed = await webhooks.ChangeAsync(
            OwnerOf(caller), webhookId, webhook => webhook.Rotate(kept, now, options.Value.SecretOverlap), cancellationToken);
        return WithSecret(changed ?? throw WebhookErrors.NotFound(), secret);
    }

    /// <summary>Sends a test event, also to a webhook that is disabled.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookTestResponse> TestAsync(Caller caller, Guid webhookId, CancellationToken cancellationToken) =>
        await sender.TestAsync(await FindAsync(caller, webhookId, cancellationToken), cancellationToken);

    /// <inheritdoc cref="FindAsync"/>
    public async Task<WebhookDeliveryListResponse> ListDeliveriesAsync(
        Caller caller, Guid webhookId, ListDeliveriesQuery query, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(caller, webhookId, cancellationToken);
        var range = query.ToRange(ListDeliveriesQuery.DefaultPageSize);
        var page = await webhooks.ListDeliveriesAsync(webhook.UserId, webhookId, query.Status, range, cancellationToken);
        return new WebhookDeliveryListResponse
        {
            Deliveries = mapper.Map<List<WebhookDeliveryResponse>>(page.Items),
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
        };
    }

    /// <summary>Sends an event again: a dead letter, or one that was delivered.</summary>
    /// <exception cref="NotFoundException">The caller has no such webhook, or the webhook no such delivery.</exception>
    /// <exception cref="ConflictException">The webhook is disabled, or the delivery under way.</exception>
    public async Task<WebhookDeliveryResponse> ReplayAsync(
        Caller caller, Guid webhookId, Guid deliveryId, CancellationToken cancellationToken)
    {
        var webhook = await FindAsync(caller, webhookId, cancellationToken);
        if (await webhooks.FindDeliveryAsync(webhook.UserId, webhookId, deliveryId, cancellationToken) is null)
        {
            throw WebhookErrors.DeliveryNotFound();
        }

        if (!webhook.IsEnabled)
        {
            throw WebhookErrors.Disabled();
        }

        var delivery = await webhooks.ReplayAsync(
            webhook.UserId, webhookId, deliveryId, time.GetDatabaseNow(), cancellationToken);
        return mapper.Map<WebhookDeliveryResponse>(delivery ?? throw WebhookErrors.StillPending());
    }

    /// <exception cref="ForbiddenException">The caller may not have webhooks.</exception>
    /// <exception cref="NotFoundException">The caller has no such webhook.</exception>
    private async Task<Webhook> FindAsync(Caller caller, Guid webhookId, CancellationToken cancellationToken) =>
        await webhooks.FindAsync(OwnerOf(caller), webhookId, cancellationToken) ?? throw WebhookErrors.NotFound();

    private string OwnerOf(Caller caller)
    {
        if (caller.UserId is { } userId)
        {
            return options.Value.ForUsers ? userId : throw WebhookErrors.NotForUsers();
        }

        return caller.ActsForAny || options.Value.ForUnnamedCallers ? Webhook.OfService : throw WebhookErrors.ServiceOnly();
    }

    private static string[]? Chosen(IReadOnlyList<string>? events) => events is null ? null : [.. events.Distinct(StringComparer.Ordinal)];

    private WebhookSecretResponse WithSecret(Webhook webhook, byte[] secret) => mapper.Map<WebhookSecretResponse>(
        webhook, map => map.Items[WebhookMapping.Secret] = WebhookSecrets.TextOf(secret));
}
