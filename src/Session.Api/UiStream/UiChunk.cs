using System.ComponentModel.DataAnnotations;
using SessionService.Application.Json;

namespace SessionService.Api.UiStream;

/// <summary>
/// A chunk of the AI SDK's UI message stream, which has the SDK's own names beside these: <c>messageId</c>, <c>toolCallId</c>,
/// <c>toolName</c>, <c>errorText</c>, <c>mediaType</c>. After the last chunk comes the text <c>[DONE]</c>.
/// </summary>
public sealed class UiChunk
{
    /// <summary>
    /// What kind of chunk: <c>start</c>, <c>text-start</c>, <c>text-delta</c>, <c>text-end</c>, the same of <c>reasoning</c>,
    /// <c>tool-input-available</c>, <c>tool-output-available</c>, <c>tool-output-error</c>, <c>file</c> or <c>finish</c>.
    /// </summary>
    /// <example>text-delta</example>
    [Required]
    public required string Type { get; init; }

    /// <summary>Of texts and reasoning: which one.</summary>
    /// <example>0</example>
    public string? Id { get; init; }

    /// <summary>What comes next of a text.</summary>
    /// <example>Hel</example>
    public string? Delta { get; init; }

    /// <summary>Of a call of a tool: the arguments, any JSON object.</summary>
    /// <example>null</example>
    public JsonText? Input { get; init; }

    /// <summary>Of a result of a tool: its text.</summary>
    /// <example>null</example>
    public string? Output { get; init; }

    /// <summary>Of a file: where it is.</summary>
    /// <example>null</example>
    public string? Url { get; init; }
}
