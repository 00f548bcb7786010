namespace SessionService.Domain.Webhooks;

/// <summary>The names of the events that webhooks are told. Part of the contract.</summary>
public static class WebhookEvents
{
    public const string SessionCreated = "session.created";
    public const string SessionUpdated = "session.updated";
    public const string SessionRewound = "session.rewound";
    public const string SessionDeleted = "session.deleted";
    public const string MessageCreated = "message.created";
    public const string MessageCompleted = "message.completed";
    public const string MessageRedacted = "message.redacted";
    public const string MessageRemoved = "message.removed";
    public const string MemoryWritten = "memory.written";
    public const string FeedbackWritten = "feedback.written";
    public const string FeedbackDeleted = "feedback.deleted";

    /// <summary>The event of a test call, which every webhook gets.</summary>
    public const string Test = "webhook.test";

    /// <summary>The events that a webhook may choose from.</summary>
    public static readonly IReadOnlyList<string> All =
    [
        SessionCreated, SessionUpdated, SessionRewound, SessionDeleted,
        MessageCreated, MessageCompleted, MessageRedacted, MessageRemoved,
        MemoryWritten, FeedbackWritten, FeedbackDeleted,
    ];
}
