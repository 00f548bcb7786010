using System.ComponentModel.DataAnnotations;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>A webhook, without its secret.</summary>
public class WebhookResponse
{
    /// <summary>The id of the webhook.</summary>
    /// <example>01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2</example>
    [Required]
    public required Guid WebhookId { get; init; }

    /// <summary>The user whose events are told; null for a webhook of the service, which is told of all users.</summary>
    /// <example>test_user_123</example>
    public required string? UserId { get; init; }

    /// <summary>Where events are sent.</summary>
    /// <example>https://hooks.example.com/sessions</example>
    [Required]
    public required string Url { get; init; }

    /// <summary>What the webhook is for; null where nobody said.</summary>
    /// <example>search index</example>
    public required string? Description { get; init; }

    /// <summary>Only these events; null for all.</summary>
    [AllowedEvents]
    public required IReadOnlyList<string>? Events { get; init; }

    /// <summary>Whether payloads hold texts and metadata.</summary>
    /// <example>false</example>
    [Required]
    public required bool IncludeContent { get; init; }

    /// <summary>Whether events are told.</summary>
    /// <example>true</example>
    [Required]
    public required bool Enabled { get; init; }

    /// <summary>
    /// Why deliveries switched the webhook off: <c>failing</c> after about two days without success, <c>gone</c> after an answer 410. Null
    /// otherwise.
    /// </summary>
    /// <example>null</example>
    [AllowedValues("failing", "gone", null)]
    public required string? DisabledReason { get; init; }

    /// <summary>When the webhook was made.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the webhook was last changed.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When an event was last delivered, to within a minute; null where none was.</summary>
    /// <example>null</example>
    public required DateTimeOffset? SucceededAt { get; init; }

    /// <summary>Until when payloads are signed with the previous secret too; null where there is none.</summary>
    /// <example>null</example>
    public required DateTimeOffset? PreviousSecretUntil { get; init; }
}

/// <summary>A webhook with its new secret.</summary>
public sealed class WebhookSecretResponse : WebhookResponse
{
    /// <summary>
    /// What signs payloads, as Standard Webhooks writes it: <c>whsec_</c> and base64. It is told here only, and cannot be found out later.
    /// </summary>
    /// <example>whsec_bXkgc2VjcmV0IG9mIDMyIGJ5dGVzLCB0b2xkIG9uY2U=</example>
    [Required]
    public required string Secret { get; init; }
}

/// <summary>The webhooks of a user, or of the service, in the order in which they were made.</summary>
public sealed class WebhookListResponse
{
    /// <summary>The webhooks.</summary>
    [Required]
    public required IReadOnlyList<WebhookResponse> Webhooks { get; init; }

    /// <summary>How many there are.</summary>
    /// <example>1</example>
    [Required]
    public required int Total { get; init; }
}

/// <summary>That a webhook was deleted.</summary>
public sealed class WebhookDeletedResponse
{
    /// <summary>A sentence for people.</summary>
    /// <example>Webhook deleted</example>
    [Required]
    public string Message { get; init; } = "Webhook deleted";
}

/// <summary>What came of a test call.</summary>
public sealed class WebhookTestResponse
{
    /// <summary>Whether the receiver took the event: it answered 2xx in time.</summary>
    /// <example>true</example>
    [Required]
    public required bool Delivered { get; init; }

    /// <summary>The HTTP status of the answer; null where there was none.</summary>
    /// <example>204</example>
    public required int? Status { get; init; }

    /// <summary>Why the call failed; null where it did not.</summary>
    /// <example>null</example>
    [AllowedDeliveryErrors]
    public required string? Error { get; init; }

    /// <summary>How long the call took, in milliseconds.</summary>
    /// <example>42</example>
    [Required]
    public required long DurationMs { get; init; }
}

/// <summary>An event that a webhook was told, or is to be told.</summary>
public sealed class WebhookDeliveryResponse
{
    /// <summary>The id of the event, which payloads bear as <c>webhook-id</c>. It is the same for every attempt.</summary>
    /// <example>01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2</example>
    [Required]
    public required Guid DeliveryId { get; init; }

    /// <summary>The event.</summary>
    /// <example>message.created</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>The owner of the session.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>Whether it is under way, was delivered, or was given up.</summary>
    /// <example>delivered</example>
    [Required]
    [AllowedValues(WebhookDelivery.Pending, WebhookDelivery.Delivered, WebhookDelivery.Dead)]
    public required string Status { get; init; }

    /// <summary>How many attempts were made.</summary>
    /// <example>1</example>
    [Required]
    public required int Attempts { get; init; }

    /// <summary>When the event happened.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the next attempt is due; null where there will be none.</summary>
    /// <example>null</example>
    public required DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>When the last attempt began; null where there was none.</summary>
    /// <example>2025-09-23T14:21:50.365937Z</example>
    public required DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>The HTTP status of the last answer; null where there was none.</summary>
    /// <example>204</example>
    public required int? LastStatus { get; init; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    /// <example>null</example>
    [AllowedDeliveryErrors]
    public required string? LastError { get; init; }

    /// <summary>When the event was delivered; null where it was not.</summary>
    /// <example>2025-09-23T14:21:50.465937Z</example>
    public required DateTimeOffset? DeliveredAt { get; init; }
}

/// <summary>A page of the log of a webhook, newest first.</summary>
public sealed class WebhookDeliveryListResponse
{
    /// <summary>The deliveries of the page.</summary>
    [Required]
    public required IReadOnlyList<WebhookDeliveryResponse> Deliveries { get; init; }

    /// <summary>How many there are in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Deliveries a page.</summary>
    /// <example>50</example>
    [Required]
    public required int PageSize { get; init; }
}
