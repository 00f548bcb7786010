using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>A message of a session.</summary>
public sealed class MessageResponse
{
    /// <summary>The message's id.</summary>
    public Guid MessageId { get; set; }

    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The session's owner.</summary>
    public string UserId { get; set; } = "";

    /// <summary>1, 2, 3 … within the session, without gaps: the order of the messages.</summary>
    public long Sequence { get; set; }

    /// <summary>
    /// In lists with <c>branch=all</c>: the number of the message before this one in its branch. null for the first one, and for a
    /// message that was removed. Elsewhere absent.
    /// </summary>
    public long? ParentSequence { get; set; }

    /// <summary>
    /// Who speaks: <c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c> or <c>tool</c>; adopted messages may carry another
    /// word.
    /// </summary>
    public string Role { get; set; } = "";

    /// <summary>
    /// The text. Where the content was given as parts: their texts and refusals, or their results where they are results alone, joined
    /// by line breaks. It may be empty then.
    /// </summary>
    public string Content { get; set; } = "";

    /// <summary>The parts as they were given, with long base64 moved into attachments; absent where a text was given.</summary>
    public JsonArray? Parts { get; set; }

    /// <summary>Who speaks, by name; absent where no name was given.</summary>
    public string? Name { get; set; }

    /// <summary>Whether the message is whole.</summary>
    public MessageStatus Status { get; set; }

    /// <summary>What kind of message.</summary>
    public string MessageType { get; set; } = "";

    /// <summary>The client's own labels.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>Tokens that the message cost.</summary>
    public int TokensUsed { get; set; }

    /// <summary>What the message cost, USD.</summary>
    public decimal CostUsd { get; set; }

    /// <summary>When the message was written.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When content, parts, name and metadata were blanked on request; absent where they were not.</summary>
    public DateTimeOffset? RedactedAt { get; set; }

    /// <summary>What is thought of the message, by the names of the feedback; absent unless it is asked for.</summary>
    public IReadOnlyDictionary<string, MessageFeedbackResponse>? Feedback { get; set; }
}

/// <summary>Feedback within the message that it judges, under its name.</summary>
public sealed class MessageFeedbackResponse
{
    /// <summary>The judgement: a truth value, a number or a text.</summary>
    public JsonNode Value { get; set; } = JsonValue.Create("");

    /// <summary>Why, in words; null where nobody said, or where the message was redacted since.</summary>
    public string? Comment { get; set; }

    /// <summary>Who judged.</summary>
    public FeedbackSource Source { get; set; }

    /// <summary>When it was last given.</summary>
    public DateTimeOffset UpdatedAt { get; set; }
}

/// <summary>The messages of a batch, as stored.</summary>
public sealed class MessageBatchResponse
{
    /// <summary>The messages, in the order of their numbers.</summary>
    public IReadOnlyList<MessageResponse> Messages { get; set; } = [];

    /// <summary>How many they are.</summary>
    public int Total { get; set; }
}

/// <summary>A page of a session's messages.</summary>
public sealed class MessageListResponse
{
    /// <summary>The messages of the page.</summary>
    public IReadOnlyList<MessageResponse> Messages { get; set; } = [];

    /// <summary>
    /// How many messages there are in all, not only on this page. With conditions on metadata: how many messages the session has.
    /// </summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1; by position always 1.</summary>
    public int Page { get; set; }

    /// <summary>Messages a page; by position the <c>limit</c>.</summary>
    public int PageSize { get; set; }

    /// <summary>
    /// By position only, and absent otherwise: whether there are more messages in the direction of reading, older ones with
    /// <c>before</c> alone, newer ones (up to <c>before</c>) in every other case.
    /// </summary>
    public bool? HasMore { get; set; }

    /// <summary>
    /// With conditions on metadata: the number to give as <c>after</c> to go on. Absent at the end, and where <c>next_before</c> is
    /// given.
    /// </summary>
    public long? NextAfter { get; set; }

    /// <summary>
    /// With conditions on metadata and <c>before</c> alone: the number to give as <c>before</c> to go on. Absent at the end.
    /// </summary>
    public long? NextBefore { get; set; }
}
