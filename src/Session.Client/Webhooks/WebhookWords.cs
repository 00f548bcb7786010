using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>An event that webhooks are told. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<WebhookEventType>))]
public readonly record struct WebhookEventType(string Value) : IWord<WebhookEventType>
{
    /// <summary><c>session.created</c>.</summary>
    public static WebhookEventType SessionCreated { get; } = new("session.created");

    /// <summary><c>session.updated</c>.</summary>
    public static WebhookEventType SessionUpdated { get; } = new("session.updated");

    /// <summary><c>session.rewound</c>.</summary>
    public static WebhookEventType SessionRewound { get; } = new("session.rewound");

    /// <summary><c>session.deleted</c>.</summary>
    public static WebhookEventType SessionDeleted { get; } = new("session.deleted");

    /// <summary><c>message.created</c>.</summary>
    public static WebhookEventType MessageCreated { get; } = new("message.created");

    /// <summary><c>message.completed</c>.</summary>
    public static WebhookEventType MessageCompleted { get; } = new("message.completed");

    /// <summary><c>message.redacted</c>.</summary>
    public static WebhookEventType MessageRedacted { get; } = new("message.redacted");

    /// <summary><c>message.removed</c>.</summary>
    public static WebhookEventType MessageRemoved { get; } = new("message.removed");

    /// <summary><c>memory.written</c>.</summary>
    public static WebhookEventType MemoryWritten { get; } = new("memory.written");

    /// <summary><c>feedback.written</c>.</summary>
    public static WebhookEventType FeedbackWritten { get; } = new("feedback.written");

    /// <summary><c>feedback.deleted</c>.</summary>
    public static WebhookEventType FeedbackDeleted { get; } = new("feedback.deleted");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static WebhookEventType IWord<WebhookEventType>.Of(string word) => new(word);
}

/// <summary>Why deliveries switched a webhook off. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<WebhookDisabledReason>))]
public readonly record struct WebhookDisabledReason(string Value) : IWord<WebhookDisabledReason>
{
    /// <summary><c>failing</c>.</summary>
    public static WebhookDisabledReason Failing { get; } = new("failing");

    /// <summary><c>gone</c>.</summary>
    public static WebhookDisabledReason Gone { get; } = new("gone");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static WebhookDisabledReason IWord<WebhookDisabledReason>.Of(string word) => new(word);
}

/// <summary>What became of a delivery. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<WebhookDeliveryStatus>))]
public readonly record struct WebhookDeliveryStatus(string Value) : IWord<WebhookDeliveryStatus>
{
    /// <summary><c>pending</c>.</summary>
    public static WebhookDeliveryStatus Pending { get; } = new("pending");

    /// <summary><c>delivered</c>.</summary>
    public static WebhookDeliveryStatus Delivered { get; } = new("delivered");

    /// <summary><c>dead</c>.</summary>
    public static WebhookDeliveryStatus Dead { get; } = new("dead");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static WebhookDeliveryStatus IWord<WebhookDeliveryStatus>.Of(string word) => new(word);
}

/// <summary>Why a delivery failed. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<WebhookDeliveryError>))]
public readonly record struct WebhookDeliveryError(string Value) : IWord<WebhookDeliveryError>
{
    /// <summary><c>status</c>.</summary>
    public static WebhookDeliveryError Status { get; } = new("status");

    /// <summary><c>redirect</c>.</summary>
    public static WebhookDeliveryError Redirect { get; } = new("redirect");

    /// <summary><c>timeout</c>.</summary>
    public static WebhookDeliveryError Timeout { get; } = new("timeout");

    /// <summary><c>address_refused</c>.</summary>
    public static WebhookDeliveryError AddressRefused { get; } = new("address_refused");

    /// <summary><c>unknown_host</c>.</summary>
    public static WebhookDeliveryError UnknownHost { get; } = new("unknown_host");

    /// <summary><c>tls</c>.</summary>
    public static WebhookDeliveryError Tls { get; } = new("tls");

    /// <summary><c>connection</c>.</summary>
    public static WebhookDeliveryError Connection { get; } = new("connection");

    /// <summary><c>secret_unreadable</c>.</summary>
    public static WebhookDeliveryError SecretUnreadable { get; } = new("secret_unreadable");

    /// <summary><c>internal</c>.</summary>
    public static WebhookDeliveryError Internal { get; } = new("internal");

    /// <summary><c>disabled</c>.</summary>
    public static WebhookDeliveryError Disabled { get; } = new("disabled");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static WebhookDeliveryError IWord<WebhookDeliveryError>.Of(string word) => new(word);
}
