using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Json;
using SessionService.Application.Messages;

namespace SessionService.Application.Contexts;

/// <summary>What to send to a model next.</summary>
public sealed class ContextResponse
{
    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The form of <c>messages</c>.</summary>
    /// <example>session</example>
    [Required]
    [AllowedValues("session", "openai", "openai-responses", "anthropic")]
    public required string Format { get; init; }

    /// <summary>Tokens that were asked for.</summary>
    /// <example>4000</example>
    [Required]
    public required int MaxTokens { get; init; }

    /// <summary>Tokens of the memory and the messages here, never more than were asked for.</summary>
    /// <example>21</example>
    [Required]
    public required int Tokens { get; init; }

    /// <summary>How many of them are an estimate, because what they belong to has no <c>tokens_used</c>.</summary>
    /// <example>11</example>
    [Required]
    public required int EstimatedTokens { get; init; }

    /// <summary>
    /// The session's memory; null where there is none or it does not fit. In the formats of model APIs its content is a message of the
    /// system, or a part of <c>system</c>, and this is null.
    /// </summary>
    public required ContextMemory? Memory { get; init; }

    /// <summary>With <c>format=anthropic</c>: the system messages and the memory; empty where there are none.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? System { get; init; }

    /// <summary>
    /// The newest messages that fit, oldest first; with <c>keep=system</c> after the system messages of the start. Empty with
    /// <c>format=openai-responses</c>, where they are the <c>input</c>.
    /// </summary>
    [Required]
    public required IReadOnlyList<ContextMessage> Messages { get; init; }

    /// <summary>With <c>format=openai-responses</c>: the items of a response's input.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<JsonText>? Input { get; init; }

    /// <summary>
    /// The number of the first of the newest messages here, null where none fits: with those before it, the memory has to do.
    /// </summary>
    /// <example>1</example>
    public required long? IncludedFromSequence { get; init; }

    /// <summary>How many older messages of the session are not here.</summary>
    /// <example>0</example>
    [Required]
    public required long OmittedMessages { get; init; }
}

/// <summary>The session's memory, as part of its context.</summary>
public sealed class ContextMemory
{
    /// <summary>The memory's id.</summary>
    /// <example>0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0</example>
    [Required]
    public required Guid MemoryId { get; init; }

    /// <summary>What kind of memory.</summary>
    /// <example>conversation</example>
    [Required]
    public required string MemoryType { get; init; }

    /// <summary>The memory.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required(AllowEmptyStrings = true)]
    public required string Content { get; init; }

    /// <summary>Its tokens, always an estimate.</summary>
    /// <example>11</example>
    [Required]
    public required int Tokens { get; init; }

    /// <summary>How many tokens were cut out of its middle; absent where it is whole.</summary>
    /// <example>1200</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OmittedTokens { get; init; }
}

/// <summary>A message, either as it is stored or as a model's API takes it: what belongs to the other forms is absent.</summary>
public sealed class ContextMessage
{
    /// <summary>The message's id.</summary>
    /// <example>9dbb6df9-0ead-4580-9b16-e817e12abbc3</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? MessageId { get; init; }

    /// <summary>Its number in the session.</summary>
    /// <example>1</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Sequence { get; init; }

    /// <summary>Who speaks.</summary>
    /// <example>user</example>
    [Required(AllowEmptyStrings = true)]
    public required string Role { get; init; }

    /// <summary>Who speaks, by name.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>The status, where the message is not <c>completed</c>.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Status { get; init; }

    /// <summary>
    /// The text; in the formats of model APIs it may be an array of their parts. Absent where a message consists of calls alone.
    /// </summary>
    /// <example>Hello, this is a test message</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MessageContent? Content { get; init; }

    /// <summary>The parts; absent where the content was given as a text.</summary>
    /// <example>null</example>
    [JsonArrayText]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Parts { get; init; }

    /// <summary>What kind of message.</summary>
    /// <example>chat</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? MessageType { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"source": "test"}</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Metadata { get; init; }

    /// <summary>The tokens that it counts for.</summary>
    /// <example>10</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Tokens { get; init; }

    /// <summary>Whether these are an estimate, because it has no <c>tokens_used</c>.</summary>
    /// <example>false</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsEstimated { get; init; }

    /// <summary>How many tokens were cut out of the middle of its text; absent where it is whole.</summary>
    /// <example>6000</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? OmittedTokens { get; init; }

    /// <summary>When it was written.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>What the model says to decline, beside a text or calls.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Refusal { get; init; }

    /// <summary>The calls that the assistant makes.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }

    /// <summary>The call that this is the result of.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ToolCallId { get; init; }
}

/// <summary>A call of a tool.</summary>
public sealed class ChatToolCall
{
    /// <summary>The id by which its result names it.</summary>
    /// <example>call_1</example>
    [Required]
    public required string Id { get; init; }

    /// <summary><c>function</c>, or <c>custom</c> for a tool that takes a text in place of JSON.</summary>
    /// <example>function</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>The function that is called.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatFunction? Function { get; init; }

    /// <summary>The custom tool that is called.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ChatCustomTool? Custom { get; init; }
}

/// <summary>A custom tool and what it is called with.</summary>
public sealed class ChatCustomTool
{
    /// <summary>Its name.</summary>
    /// <example>shell</example>
    [Required]
    public required string Name { get; init; }

    /// <summary>Its input, any text.</summary>
    /// <example>ls</example>
    [Required(AllowEmptyStrings = true)]
    public required string Input { get; init; }
}

/// <summary>A function and what it is called with.</summary>
public sealed class ChatFunction
{
    /// <summary>Its name.</summary>
    /// <example>search</example>
    [Required]
    public required string Name { get; init; }

    /// <summary>Its arguments, JSON in a string.</summary>
    /// <example>{"q": "weather"}</example>
    [Required]
    public required string Arguments { get; init; }
}
