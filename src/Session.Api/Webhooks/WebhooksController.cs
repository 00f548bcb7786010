using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Identity;
using SessionService.Application.Webhooks;

namespace SessionService.Api.Webhooks;

/// <summary>
/// Webhooks. A caller that is a service has those of the service, which are told of all users; a user has those of its own, where the
/// settings allow them.
/// </summary>
[ApiController]
[Tags("Webhooks")]
[Route("api/v1/webhooks")]
public sealed class WebhooksController(WebhooksService webhooks) : ControllerBase
{
    /// <summary>Makes a webhook</summary>
    /// <remarks>
    /// Its address is told of every event from now on, or of the chosen ones, by a POST that is signed as
    /// [Standard Webhooks](https://www.standardwebhooks.com) says. The secret is in this answer only.
    ///
    /// A service has webhooks that are told of all users: with the key of a service, or a token with the scope, that names no user. A user
    /// has webhooks that are told of its own sessions, with `Webhooks__ForUsers=true`. A request that is sent again makes another webhook,
    /// so an `Idempotency-Key` is refused.
    /// </remarks>
    /// <param name="request">The webhook.</param>
    /// <response code="201">The webhook, with its secret.</response>
    [HttpPost(Name = "create_webhook")]
    [RefusesIdempotencyKey("is not taken here: the secret of a webhook is told once")]
    [ProducesResponseType<WebhookSecretResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status409Conflict, StatusCodes.Status422UnprocessableEntity)]
    public async Task<IActionResult> Create(
        CreateWebhookRequest request, [FromOptionalCaller] Caller caller, CancellationToken cancellationToken)
    {
        var webhook = await webhooks.CreateAsync(caller, request, cancellationToken);
        return Created($"/api/v1/webhooks/{webhook.WebhookId}", webhook);
    }

    /// <summary>Lists webhooks</summary>
    /// <remarks>Those of the service, or those of the user who calls, in the order in which they were made.</remarks>
    /// <response code="200">The webhooks, without their secrets.</response>
    [HttpGet(Name = "list_webhooks")]
    [ProducesResponseType<WebhookListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<WebhookListResponse> List([FromOptionalCaller] Caller caller, CancellationToken cancellationToken) =>
        webhooks.ListAsync(caller, cancellationToken);

    /// <summary>Gets a webhook</summary>
    /// <remarks>A webhook that deliveries switched off says why in `disabled_reason`.</remarks>
    /// <response code="200">The webhook, without its secret.</response>
    [HttpGet("{webhook_id:guid}", Name = "get_webhook")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookResponse> Get(
        [FromRoute(Name = "webhook_id")] Guid webhookId, [FromOptionalCaller] Caller caller, CancellationToken cancellationToken) =>
        webhooks.GetAsync(caller, webhookId, cancellationToken);

    /// <summary>Changes a webhook</summary>
    /// <remarks>
    /// A webhook that is disabled is told nothing, and what it had not been told becomes dead letters. What happens while it is disabled is
    /// not kept for it.
    /// </remarks>
    /// <param name="request">What to change.</param>
    /// <response code="200">The webhook as it is now.</response>
    [HttpPatch("{webhook_id:guid}", Name = "change_webhook")]
    [ProducesResponseType<WebhookResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookResponse> Patch(
        [FromRoute(Name = "webhook_id")] Guid webhookId,
        PatchWebhookRequest request,
        [FromOptionalCaller] Caller caller,
        CancellationToken cancellationToken) =>
        webhooks.PatchAsync(caller, webhookId, request, cancellationToken);

    /// <summary>Deletes a webhook</summary>
    /// <remarks>Its log goes with it. A delivery that is under way may still arrive.</remarks>
    /// <response code="200">The webhook was deleted.</response>
    [HttpDelete("{webhook_id:guid}", Name = "delete_webhook")]
    [ProducesResponseType<WebhookDeletedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookDeletedResponse> Delete(
        [FromRoute(Name = "webhook_id")] Guid webhookId, [FromOptionalCaller] Caller caller, CancellationToken cancellationToken) =>
        webhooks.DeleteAsync(caller, webhookId, cancellationToken);

    /// <summary>Gives a webhook a new secret</summary>
    /// <remarks>
    /// For a time (`Webhooks__SecretOverlap`, 24 hours by default) payloads are signed with the new secret and the one before, so that a
    /// receiver may change over when it likes. Another rotation in this time ends that of the oldest.
    /// </remarks>
    /// <response code="200">The webhook, with its new secret, which is in this answer only.</response>
    [HttpPost("{webhook_id:guid}/secret", Name = "rotate_webhook_secret")]
    [RefusesIdempotencyKey("is not taken here: the secret of a webhook is told once")]
    [ProducesResponseType<WebhookSecretResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookSecretResponse> Rotate(
        [FromRoute(Name = "webhook_id")] Guid webhookId, [FromOptionalCaller] Caller caller, CancellationToken cancellationToken) =>
        webhooks.RotateAsync(caller, webhookId, cancellationToken);

    /// <summary>Sends a test event</summary>
    /// <remarks>
    /// Once and at once, with the type `webhook.test`, also to a webhook that is disabled. The log does not show it. Of the receiver's
    /// answer only the status is told.
    /// </remarks>
    /// <response code="200">What came of it.</response>
    [HttpPost("{webhook_id:guid}/test", Name = "test_webhook")]
    [TakesTurn(Work.WebhookTest)]
    [ProducesResponseType<WebhookTestResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookTestResponse> Test(
        [FromRoute(Name = "webhook_id")] Guid webhookId, [FromOptionalCaller] Caller caller, CancellationToken cancellationToken) =>
        webhooks.TestAsync(caller, webhookId, cancellationToken);

    /// <summary>Lists the deliveries of a webhook</summary>
    /// <remarks>
    /// The log, newest first: what is under way, what was delivered, and the dead letters (`status=dead`), which can be replayed. What has
    /// ended is kept for a time (`Webhooks__KeepLogFor`, 7 days by default).
    /// </remarks>
    /// <response code="200">A page of deliveries.</response>
    [HttpGet("{webhook_id:guid}/deliveries", Name = "list_webhook_deliveries")]
    [ProducesResponseType<WebhookDeliveryListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound)]
    public Task<WebhookDeliveryListResponse> ListDeliveries(
        [FromRoute(Name = "webhook_id")] Guid webhookId,
        [FromQuery(Name = "")] ListDeliveriesQuery query,
        [FromOptionalCaller] Caller caller,
        CancellationToken cancellationToken) =>
        webhooks.ListDeliveriesAsync(caller, webhookId, query, cancellationToken);

    /// <summary>Sends an event again</summary>
    /// <remarks>
    /// A dead letter, or one that was delivered, with the same `webhook-id`. It comes in no order with later events of its session. A
    /// delivery that is under way is refused, and so is every one while the webhook is disabled.
    /// </remarks>
    /// <response code="200">The delivery, which is pending.</response>
    [HttpPost("{webhook_id:guid}/deliveries/{delivery_id:guid}/replay", Name = "replay_webhook_delivery")]
    [ProducesResponseType<WebhookDeliveryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public Task<WebhookDeliveryResponse> Replay(
        [FromRoute(Name = "webhook_id")] Guid webhookId,
        [FromRoute(Name = "delivery_id")] Guid deliveryId,
        [FromOptionalCaller] Caller caller,
        CancellationToken cancellationToken) =>
        webhooks.ReplayAsync(caller, webhookId, deliveryId, cancellationToken);
}
