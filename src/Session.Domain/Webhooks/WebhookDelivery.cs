namespace SessionService.Domain.Webhooks;

/// <summary>
/// An event that a webhook is to be told, or was told: a row of the outbox, which the write itself stores, and later of the log. It holds
/// ids and numbers, and no content.
/// </summary>
public sealed class WebhookDelivery
{
    public const string Pending = "pending";
    public const string Delivered = "delivered";
    public const string Dead = "dead";

    /// <summary>The owner of the session.</summary>
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid WebhookId { get; init; }

    /// <summary>The same for all webhooks, and for every attempt.</summary>
    public required Guid EventId { get; init; }

    /// <summary>The place among the events of the session. It grows with the session's messages and changes.</summary>
    public required long Position { get; init; }

    public required string Type { get; init; }

    /// <summary>What the event tells besides user and session, as a JSON object.</summary>
    public required string Data { get; init; }

    /// <summary>The time of the write.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    public required string Status { get; init; }

    /// <summary>When the next attempt is due. During an attempt: when another instance may take over.</summary>
    public required DateTimeOffset NextAttemptAt { get; init; }

    public required int Attempts { get; init; }

    public DateTimeOffset? FirstAttemptAt { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    /// <summary>The HTTP status of the last answer; <see langword="null"/> where there was none.</summary>
    public int? LastStatus { get; init; }

    /// <summary>Why the last attempt failed, as a word; <see langword="null"/> where it did not.</summary>
    public string? LastError { get; init; }

    public DateTimeOffset? DeliveredAt { get; init; }
}
