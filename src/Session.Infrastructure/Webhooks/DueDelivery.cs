using SessionService.Domain.Webhooks;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>A delivery that this instance has taken until the time of its lease, with its webhook.</summary>
internal sealed record DueDelivery
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid EventId { get; init; }

    public required string Type { get; init; }

    public required string Data { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many attempts have begun, this one among them.</summary>
    public required int Attempts { get; init; }

    public required DateTimeOffset FirstAttemptAt { get; init; }

    /// <summary>Until when no other instance takes the delivery.</summary>
    public required DateTimeOffset Lease { get; init; }

    public required Webhook Webhook { get; init; }

    public bool IsForNats => Webhook.WebhookId == Webhook.NatsId;
}

/// <summary>What came of an attempt.</summary>
/// <param name="Status">The HTTP status of the answer; <see langword="null"/> where there was none.</param>
/// <param name="Error">Why it failed, one of <c>DeliveryErrors</c>; <see langword="null"/> where it did not.</param>
internal readonly record struct AttemptResult(int? Status, string? Error)
{
    private const int GoneStatus = 410;

    public bool IsDelivered => Error is null;

    /// <summary>Whether the receiver wants no more events.</summary>
    public bool IsGone => Status == GoneStatus;
}
