using System.Text.Json.Nodes;

namespace SessionService.Client;

/// <summary>What to send to a model next.</summary>
public sealed class ContextResponse
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The form of <c>messages</c>.</summary>
    public ContextFormat Format { get; set; }

    /// <summary>Tokens that were asked for.</summary>
    public int MaxTokens { get; set; }

    /// <summary>Tokens of the memory and the messages here, never more than were asked for.</summary>
    public int Tokens { get; set; }

    /// <summary>How many of them are an estimate, because what they belong to has no <c>tokens_used</c>.</summary>
    public int EstimatedTokens { get; set; }

    /// <summary>
    /// The session's memory; null where there is none or it does not fit. In the formats of model APIs its content is a message of the
    /// system, or a part of <c>system</c>, and this is null.
    /// </summary>
    public ContextMemory? Memory { get; set; }

    /// <summary>With <c>format=anthropic</c>: the system messages and the memory; empty where there are none.</summary>
    public string? System { get; set; }

    /// <summary>
    /// The newest messages that fit, oldest first; with <c>keep=system</c> after the system messages of the start. Empty with
    /// <c>format=openai-responses</c>, where they are the <c>input</c>.
    /// </summary>
    public IReadOnlyList<ContextMessage> Messages { get; set; } = [];

    /// <summary>With <c>format=openai-responses</c>: the items of a response's input.</summary>
    public JsonArray? Input { get; set; }

    /// <summary>
    /// The number of the first of the newest messages here, null where none fits: with those before it, the memory has to do.
    /// </summary>
    public long? IncludedFromSequence { get; set; }

    /// <summary>How many older messages of the session are not here.</summary>
    public long OmittedMessages { get; set; }
}

/// <summary>The session's memory, as part of its context.</summary>
public sealed class ContextMemory
{
    /// <summary>The memory's id.</summary>
    public Guid MemoryId { get; set; }

    /// <summary>What kind of memory.</summary>
    public string MemoryType { get; set; } = "";

    /// <summary>The memory.</summary>
    public string Content { get; set; } = "";

    /// <summary>Its tokens, always an estimate.</summary>
    public int Tokens { get; set; }

    /// <summary>How many tokens were cut out of its middle; absent where it is whole.</summary>
    public int? OmittedTokens { get; set; }
}

/// <summary>A message, either as it is stored or as a model's API takes it: what belongs to the other forms is absent.</summary>
public sealed class ContextMessage
{
    /// <summary>The message's id.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>Its number in the session.</summary>
    public long? Sequence { get; set; }

    /// <summary>Who speaks.</summary>
    public string Role { get; set; } = "";

    /// <summary>Who speaks, by name.</summary>
    public string? Name { get; set; }

    /// <summary>The status, where the message is not <c>completed</c>.</summary>
    public string? Status { get; set; }

    /// <summary>
    /// The text; in the formats of model APIs it may be an array of their parts. Absent where a message consists of calls alone.
    /// </summary>
    public JsonNode? Content { get; set; }

    /// <summary>The parts; absent where the content was given as a text.</summary>
    public JsonArray? Parts { get; set; }

    /// <summary>What kind of message.</summary>
    public string? MessageType { get; set; }

    /// <summary>The client's own labels.</summary>
    public JsonObject? Metadata { get; set; }

    /// <summary>The tokens that it counts for.</summary>
    public int? Tokens { get; set; }

    /// <summary>Whether these are an estimate, because it has no <c>tokens_used</c>.</summary>
    public bool? IsEstimated { get; set; }

    /// <summary>How many tokens were cut out of the middle of its text; absent where it is whole.</summary>
    public int? OmittedTokens { get; set; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    /// <summary>What the model says to decline, beside a text or calls.</summary>
    public string? Refusal { get; set; }

    /// <summary>The calls that the assistant makes.</summary>
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; set; }

    /// <summary>The call that this is the result of.</summary>
    public string? ToolCallId { get; set; }
}

/// <summary>A call of a tool.</summary>
public sealed class ChatToolCall
{
    /// <summary>The id by which its result names it.</summary>
    public string Id { get; set; } = "";

    /// <summary><c>function</c>, or <c>custom</c> for a tool that takes a text in place of JSON.</summary>
    public string Type { get; set; } = "";

    /// <summary>The function that is called.</summary>
    public ChatFunction? Function { get; set; }

    /// <summary>The custom tool that is called.</summary>
    public ChatCustomTool? Custom { get; set; }
}

/// <summary>A function and what it is called with.</summary>
public sealed class ChatFunction
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its arguments, JSON in a string.</summary>
    public string Arguments { get; set; } = "";
}

/// <summary>A custom tool and what it is called with.</summary>
public sealed class ChatCustomTool
{
    /// <summary>Its name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its input, any text.</summary>
    public string Input { get; set; } = "";
}
