using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Json;

namespace SessionService.Api.UiStream;

/// <summary>A chunk of the AI SDK's UI message stream. After the last one comes the text <c>[DONE]</c>.</summary>
public sealed class UiChunk
{
    /// <summary>
    /// What kind of chunk: <c>start</c>, <c>text-start</c>, <c>text-delta</c>, <c>text-end</c>, the same of <c>reasoning</c>,
    /// <c>tool-input-available</c>, <c>tool-output-available</c>, <c>tool-output-error</c>, <c>file</c> or <c>finish</c>.
    /// </summary>
    /// <example>text-delta</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>Of the start: the id of the message.</summary>
    /// <example>null</example>
    [JsonPropertyName("messageId")]
    public Guid? MessageId { get; init; }

    /// <summary>Of texts and reasoning: which one.</summary>
    /// <example>0</example>
    public string? Id { get; init; }

    /// <summary>What comes next of a text.</summary>
    /// <example>Hel</example>
    public string? Delta { get; init; }

    /// <summary>Of a tool: the id of the call.</summary>
    /// <example>null</example>
    [JsonPropertyName("toolCallId")]
    public string? ToolCallId { get; init; }

    /// <summary>Of a call: the name of the tool.</summary>
    /// <example>null</example>
    [JsonPropertyName("toolName")]
    public string? ToolName { get; init; }

    /// <summary>Of a call: the arguments, any JSON object.</summary>
    /// <example>null</example>
    public JsonText? Input { get; init; }

    /// <summary>Of a result: its text.</summary>
    /// <example>null</example>
    public string? Output { get; init; }

    /// <summary>Of a tool that failed: why.</summary>
    /// <example>null</example>
    [JsonPropertyName("errorText")]
    public string? ErrorText { get; init; }

    /// <summary>Of a file: where it is.</summary>
    /// <example>null</example>
    public string? Url { get; init; }

    /// <summary>Of a file: its type.</summary>
    /// <example>null</example>
    [JsonPropertyName("mediaType")]
    public string? MediaType { get; init; }
}
