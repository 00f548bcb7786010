using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>Who speaks. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MessageRole>))]
public readonly record struct MessageRole(string Value) : IWord<MessageRole>
{
    /// <summary><c>user</c>.</summary>
    public static MessageRole User { get; } = new("user");

    /// <summary><c>assistant</c>.</summary>
    public static MessageRole Assistant { get; } = new("assistant");

    /// <summary><c>system</c>.</summary>
    public static MessageRole System { get; } = new("system");

    /// <summary><c>developer</c>.</summary>
    public static MessageRole Developer { get; } = new("developer");

    /// <summary><c>tool</c>.</summary>
    public static MessageRole Tool { get; } = new("tool");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageRole IWord<MessageRole>.Of(string word) => new(word);
}

/// <summary>Whether a message is whole. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MessageStatus>))]
public readonly record struct MessageStatus(string Value) : IWord<MessageStatus>
{
    /// <summary><c>completed</c>.</summary>
    public static MessageStatus Completed { get; } = new("completed");

    /// <summary><c>in_progress</c>.</summary>
    public static MessageStatus InProgress { get; } = new("in_progress");

    /// <summary><c>incomplete</c>.</summary>
    public static MessageStatus Incomplete { get; } = new("incomplete");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageStatus IWord<MessageStatus>.Of(string word) => new(word);
}

/// <summary>What else is put into messages. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MessageInclusion>))]
public readonly record struct MessageInclusion(string Value) : IWord<MessageInclusion>
{
    /// <summary><c>feedback</c>.</summary>
    public static MessageInclusion Feedback { get; } = new("feedback");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageInclusion IWord<MessageInclusion>.Of(string word) => new(word);
}

/// <summary>
/// What else lists of messages show. Without <c>in_progress</c> a list ends before the first message in progress. A newer service may send
/// words that are not named here.
/// </summary>
[JsonConverter(typeof(WordConverter<MessageListInclusion>))]
public readonly record struct MessageListInclusion(string Value) : IWord<MessageListInclusion>
{
    /// <summary><c>feedback</c>.</summary>
    public static MessageListInclusion Feedback { get; } = new("feedback");

    /// <summary><c>in_progress</c>.</summary>
    public static MessageListInclusion InProgress { get; } = new("in_progress");

    /// <summary><c>feedback,in_progress</c>.</summary>
    public static MessageListInclusion FeedbackAndInProgress { get; } = new("feedback,in_progress");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageListInclusion IWord<MessageListInclusion>.Of(string word) => new(word);
}

/// <summary>How a message is taken away. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<MessageDeletion>))]
public readonly record struct MessageDeletion(string Value) : IWord<MessageDeletion>
{
    /// <summary><c>redact</c>.</summary>
    public static MessageDeletion Redact { get; } = new("redact");

    /// <summary><c>remove</c>.</summary>
    public static MessageDeletion Remove { get; } = new("remove");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static MessageDeletion IWord<MessageDeletion>.Of(string word) => new(word);
}

/// <summary>How attachments are given. A newer service may send words that are not named here.</summary>
[JsonConverter(typeof(WordConverter<AttachmentForm>))]
public readonly record struct AttachmentForm(string Value) : IWord<AttachmentForm>
{
    /// <summary><c>inline</c>.</summary>
    public static AttachmentForm Inline { get; } = new("inline");

    /// <inheritdoc/>
    public override string ToString() => Value ?? "";

    static AttachmentForm IWord<AttachmentForm>.Of(string word) => new(word);
}
