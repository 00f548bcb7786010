using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>A message to append to a session.</summary>
public sealed class CreateMessageRequest
{
    /// <summary>Who speaks.</summary>
    public required MessageRole Role { get; set; }

    /// <summary>
    /// What is said: a text of at most 1 MiB of UTF-8 by default, or an array of 1 to 1000 parts, objects with a <c>type</c> as model
    /// APIs and frameworks write them. A text may be blank for the roles <c>assistant</c> and <c>tool</c> only. Required unless
    /// <c>tool_calls</c> or <c>refusal</c> are given.
    /// </summary>
    public JsonNode? Content { get; set; }

    /// <summary>Calls of tools, as in a chat completion. They become parts.</summary>
    public JsonArray? ToolCalls { get; set; }

    /// <summary>The call that the content is the result of, as in a chat completion. The result becomes a part.</summary>
    public string? ToolCallId { get; set; }

    /// <summary>What a model says to decline, as in a chat completion. It becomes a part.</summary>
    public string? Refusal { get; set; }

    /// <summary>Who speaks, by name.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Whether the message is whole. Default <c>completed</c>. A message that is <c>in_progress</c> has its number at once, and takes
    /// deltas until it is completed: see <see cref="MessagesClient.OpenAsync"/>.
    /// </summary>
    public MessageStatus? Status { get; set; }

    /// <summary>
    /// What kind of message: <c>chat</c> (the default of a text), <c>system</c>, <c>tool_call</c>, <c>tool_result</c>, <c>reasoning</c>
    /// (which is not part of a context), <c>notification</c>, <c>checkpoint</c>, or a word of the client's own. By default parts that
    /// call a tool make it <c>tool_call</c>, and results of tools alone <c>tool_result</c>.
    /// </summary>
    public string? MessageType { get; set; }

    /// <summary>The client's own labels, any JSON object.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>Tokens that the message cost. Default 0.</summary>
    public int? TokensUsed { get; set; }

    /// <summary>What the message cost, USD; kept to ten fraction digits. Default 0.</summary>
    public decimal? CostUsd { get; set; }

    /// <summary>
    /// When the message was written, for history that is stored afterwards (RFC 3339, from 1970, not in the future); the time of
    /// storing otherwise. A time up to five minutes ahead counts as now.
    /// </summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>
    /// The message's id, if the client creates it: the same message sent again is stored once. By default the service creates an id.
    /// </summary>
    public Guid? MessageId { get; set; }

    /// <summary>
    /// Stores the message only if it becomes the session's message of this number. In a batch, give it beside <c>messages</c>.
    /// </summary>
    public long? ExpectedSequence { get; set; }
}

/// <summary>Messages to append to a session, all of them or none.</summary>
public sealed class CreateMessageBatchRequest
{
    /// <summary>The messages, in the order in which they are numbered.</summary>
    public required IReadOnlyList<CreateMessageRequest> Messages { get; set; }

    /// <summary>Stores the messages only if the first becomes the session's message of this number.</summary>
    public long? ExpectedSequence { get; set; }
}
