using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A webhook to make.</summary>
public sealed class CreateWebhookRequest
{
    /// <summary>Where events are sent: an https address with a public host.</summary>
    public required string Url { get; set; }

    /// <summary>What the webhook is for, up to 255 characters.</summary>
    public string? Description { get; set; }

    /// <summary>Only these events. Without it, all.</summary>
    public IReadOnlyList<WebhookEventType>? Events { get; set; }

    /// <summary>Whether payloads hold texts and metadata, and not only ids and numbers. Default false.</summary>
    public bool? IncludeContent { get; set; }

    /// <summary>Whether events are told. Default true.</summary>
    public bool? Enabled { get; set; }
}

/// <summary>What to change of a webhook.</summary>
public sealed class PatchWebhookRequest
{
    /// <summary>Where events are sent.</summary>
    public string? Url { get; set; }

    /// <summary>What the webhook is for; null removes it.</summary>
    [JsonConverter(typeof(OptionalConverter<string>)), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<string> Description { get; set; }

    /// <summary>Only these events; null for all.</summary>
    [JsonConverter(typeof(OptionalConverter<IReadOnlyList<WebhookEventType>>))]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<IReadOnlyList<WebhookEventType>> Events { get; set; }

    /// <summary>Whether payloads hold texts and metadata.</summary>
    public bool? IncludeContent { get; set; }

    /// <summary>Whether events are told; true also for a webhook that deliveries switched off.</summary>
    public bool? Enabled { get; set; }
}

/// <summary>A webhook, without its secret.</summary>
public class WebhookResponse
{
    /// <summary>The id of the webhook.</summary>
    public Guid WebhookId { get; set; }

    /// <summary>The user whose events are told; null for a webhook of the service, which is told of all users.</summary>
    public string? UserId { get; set; }

    /// <summary>Where events are sent.</summary>
    public string Url { get; set; } = "";

    /// <summary>What the webhook is for; null where nobody said.</summary>
    public string? Description { get; set; }

    /// <summary>Only these events; null for all.</summary>
    public IReadOnlyList<WebhookEventType>? Events { get; set; }

    /// <summary>Whether payloads hold texts and metadata.</summary>
    public bool IncludeContent { get; set; }

    /// <summary>Whether events are told.</summary>
    public bool Enabled { get; set; }

    /// <summary>Why deliveries switched the webhook off; null otherwise.</summary>
    public WebhookDisabledReason? DisabledReason { get; set; }

    /// <summary>When the webhook was made.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the webhook was last changed.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When an event was last delivered, to within a minute; null where none was.</summary>
    public DateTimeOffset? SucceededAt { get; set; }

    /// <summary>Until when payloads are signed with the previous secret too; null where there is none.</summary>
    public DateTimeOffset? PreviousSecretUntil { get; set; }
}

/// <summary>A webhook with its new secret.</summary>
public sealed class WebhookSecretResponse : WebhookResponse
{
    /// <summary>What signs payloads: <c>whsec_</c> and base64. It is told here only.</summary>
    public string Secret { get; set; } = "";
}

/// <summary>The webhooks of a user, or of the service, in the order in which they were made.</summary>
public sealed class WebhookListResponse
{
    /// <summary>The webhooks.</summary>
    public IReadOnlyList<WebhookResponse> Webhooks { get; set; } = [];

    /// <summary>How many there are.</summary>
    public int Total { get; set; }
}

/// <summary>That a webhook was deleted.</summary>
public sealed class WebhookDeletedResponse
{
    /// <summary>A sentence for people.</summary>
    public string Message { get; set; } = "";
}

/// <summary>What came of a test call.</summary>
public sealed class WebhookTestResponse
{
    /// <summary>Whether the receiver took the event: it answered 2xx in time.</summary>
    public bool Delivered { get; set; }

    /// <summary>The HTTP status of the answer; null where there was none.</summary>
    public int? Status { get; set; }

    /// <summary>Why the call failed; null where it did not.</summary>
    public WebhookDeliveryError? Error { get; set; }

    /// <summary>How long the call took, in milliseconds.</summary>
    public long DurationMs { get; set; }
}

/// <summary>An event that a webhook was told, or is to be told.</summary>
public sealed class WebhookDeliveryResponse
{
    /// <summary>The id of the event, which payloads bear as <c>webhook-id</c>. It is the same for every attempt.</summary>
    public Guid DeliveryId { get; set; }

    /// <summary>The event.</summary>
    public string Type { get; set; } = "";

    /// <summary>The owner of the session.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }

    /// <summary>Whether it is under way, was delivered, or was given up.</summary>
    public WebhookDeliveryStatus Status { get; set; }

    /// <summary>How many attempts were made.</summary>
    public int Attempts { get; set; }

    /// <summary>When the event happened.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the next attempt is due; null where there will be none.</summary>
    public DateTimeOffset? NextAttemptAt { get; set; }

    /// <summary>When the last attempt began; null where there was none.</summary>
    public DateTimeOffset? LastAttemptAt { get; set; }

    /// <summary>The HTTP status of the last answer; null where there was none.</summary>
    public int? LastStatus { get; set; }

    /// <summary>Why the last attempt failed; null where it did not.</summary>
    public WebhookDeliveryError? LastError { get; set; }

    /// <summary>When the event was delivered; null where it was not.</summary>
    public DateTimeOffset? DeliveredAt { get; set; }
}

/// <summary>A page of the log of a webhook, newest first.</summary>
public sealed class WebhookDeliveryListResponse
{
    /// <summary>The deliveries of the page.</summary>
    public IReadOnlyList<WebhookDeliveryResponse> Deliveries { get; set; } = [];

    /// <summary>How many there are in all, not only on this page.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1.</summary>
    public int Page { get; set; }

    /// <summary>Deliveries a page.</summary>
    public int PageSize { get; set; }
}
