using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Feedback;
using SessionService.Application.Json;

namespace SessionService.Application.Messages;

/// <summary>A message of a session.</summary>
public sealed class MessageResponse
{
    /// <summary>The message's id.</summary>
    /// <example>9dbb6df9-0ead-4580-9b16-e817e12abbc3</example>
    [Required]
    public required Guid MessageId { get; init; }

    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The session's owner.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>1, 2, 3 … within the session, without gaps: the order of the messages.</summary>
    /// <example>1</example>
    [Required]
    public required long Sequence { get; init; }

    /// <summary>
    /// In lists with <c>branch=all</c>: the number of the message before this one in its branch. <see langword="null"/> for the first one,
    /// and for a message that was removed. Elsewhere absent.
    /// </summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? ParentSequence { get; init; }

    /// <summary>
    /// Who speaks: <c>user</c>, <c>assistant</c>, <c>system</c>, <c>developer</c> or <c>tool</c>; adopted messages may carry another word.
    /// </summary>
    /// <example>user</example>
    [Required(AllowEmptyStrings = true)]
    public required string Role { get; init; }

    /// <summary>
    /// The text. Where the content was given as parts: their texts and refusals, or their results where they are results alone, joined by
    /// line breaks. It may be empty then.
    /// </summary>
    /// <example>Hello, this is a test message</example>
    [Required(AllowEmptyStrings = true)]
    public required string Content { get; set; }

    /// <summary>The parts as they were given, with long base64 moved into attachments; absent where a text was given.</summary>
    /// <example>null</example>
    [JsonArrayText]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Parts { get; set; }

    /// <summary>Who speaks, by name; absent where no name was given.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Whether the message is whole.</summary>
    /// <example>completed</example>
    [Required]
    [AllowedValues("completed", "in_progress", "incomplete")]
    public required string Status { get; init; }

    /// <summary>What kind of message.</summary>
    /// <example>chat</example>
    [Required(AllowEmptyStrings = true)]
    public required string MessageType { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"source": "test"}</example>
    [Required]
    public required JsonText Metadata { get; set; }

    /// <summary>Tokens that the message cost.</summary>
    /// <example>10</example>
    [Required]
    public required int TokensUsed { get; init; }

    /// <summary>What the message cost, USD.</summary>
    /// <example>0.001</example>
    [Required]
    public required decimal CostUsd { get; init; }

    /// <summary>When the message was written.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When content, parts, name and metadata were blanked on request; absent where they were not.</summary>
    /// <example>null</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RedactedAt { get; init; }

    /// <summary>What is thought of the message, by the names of the feedback; absent unless it is asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, MessageFeedbackResponse>? Feedback { get; set; }
}
