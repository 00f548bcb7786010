namespace SessionService.Domain.Webhooks;

/// <summary>An address that is told of events.</summary>
public sealed class Webhook
{
    /// <summary>The owner of the webhooks of the service, which no user can be: the ids of users are not empty.</summary>
    public const string OfService = "";

    /// <summary>
    /// The row that stands for NATS where the settings name it. Writes and deliveries treat it as a webhook of the service. No route shows
    /// or changes it.
    /// </summary>
    public static readonly Guid NatsId = new("6e617473-0000-4000-8000-000000000000");

    /// <summary>The place of <see cref="NatsId"/>, which no other webhook has.</summary>
    public const short NatsSlot = 0;

    public const int MaxUrlLength = 2_000;

    /// <summary>Unicode code points of a description.</summary>
    public const int MaxDescriptionLength = 255;

    /// <summary>The user whose events are told; <see cref="OfService"/> for those of all users.</summary>
    public required string UserId { get; init; }

    public required Guid WebhookId { get; init; }

    /// <summary>The place among the owner's webhooks, from 1. It is unique, and so bounds their number.</summary>
    public required short Slot { get; init; }

    public required string Url { get; set; }

    public string? Description { get; set; }

    /// <summary>Only these events; <see langword="null"/> for all.</summary>
    public string[]? Events { get; set; }

    /// <summary>Whether texts and metadata are told, and not only ids and numbers.</summary>
    public bool IncludesContent { get; set; }

    public bool IsEnabled { get; set; } = true;

    /// <summary>Why deliveries switched the webhook off; <see langword="null"/> where it is on or somebody switched it off.</summary>
    public string? DisabledReason { get; set; }

    /// <summary>The secret, as <c>SecretSeal</c> keeps it.</summary>
    public required byte[] Secret { get; set; }

    /// <summary>The secret before the last rotation.</summary>
    public byte[]? PreviousSecret { get; set; }

    /// <summary>Until when payloads are signed with the previous secret too.</summary>
    public DateTimeOffset? PreviousUntil { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When a delivery last succeeded, to within a minute.</summary>
    public DateTimeOffset? SucceededAt { get; set; }

    /// <summary>Gives the webhook a new secret. The old one stays valid for a time; one that was older still does not.</summary>
    public void Rotate(byte[] secret, DateTimeOffset now, TimeSpan overlap)
    {
        PreviousSecret = overlap > TimeSpan.Zero ? Secret : null;
        PreviousUntil = overlap > TimeSpan.Zero ? now + overlap : null;
        (Secret, UpdatedAt) = (secret, now);
    }

    /// <summary>Switches the webhook on or off.</summary>
    public void Enable(bool isEnabled)
    {
        IsEnabled = isEnabled;
        DisabledReason = null;
    }
}
