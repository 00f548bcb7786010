using System.Text;
using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>
/// The fields of a request that say what a message holds. Chat completions put calls, results and refusals beside the content; here they
/// become parts too.
/// </summary>
public interface IGivenMessage
{
    string? Role { get; }

    MessageContent? Content { get; }

    /// <summary>A JSON array of calls, as in a chat completion.</summary>
    JsonText? ToolCalls { get; }

    /// <summary>The call that the content is the result of.</summary>
    string? ToolCallId { get; }

    string? Refusal { get; }

    /// <summary>Whether more of the message may follow.</summary>
    bool IsInProgress => false;

    /// <summary>The parts where they are given beside the text, as in an export.</summary>
    JsonText? Parts => null;
}

internal static class GivenMessage
{
    /// <summary>Whether the text of a message of this role may be blank: models and tools do answer nothing.</summary>
    public static bool MayBeBlank(string? role) => role is MessageRoles.Assistant or MessageRoles.Tool;

    /// <summary>Whether the message holds something beside its content.</summary>
    public static bool HasMore(this IGivenMessage message) =>
        message.HasCalls() || message.ToolCallId is not null || message.Refusal is not null || message.Parts is not null;

    /// <summary>Whether there are calls. Some clients send an empty array where there are none.</summary>
    public static bool HasCalls(this IGivenMessage message) =>
        message.ToolCalls is { } calls && !(calls.IsArray && string.IsNullOrWhiteSpace(Inside(calls.Value)));

    /// <summary>The parts, as a JSON array; <see langword="null"/> where the message is a text.</summary>
    public static string? PartsOf(IGivenMessage message)
    {
        if (!message.HasMore() || message.Parts is not null)
        {
            return message.Parts?.Value ?? message.Content?.Parts?.Value;
        }

        var parts = new StringBuilder("[");
        if (message.ToolCallId is { } callId)
        {
            var content = message.Content is { Parts: { } blocks } ? blocks.Value : Quote(message.Content?.Text ?? "");
            Add($$"""{"type":"tool_result","tool_call_id":{{Quote(callId)}},"content":{{content}}}""");
        }
        else if (message.Content?.Parts is { } given)
        {
            Add(Inside(given.Value));
        }
        else if (!string.IsNullOrEmpty(message.Content?.Text))
        {
            Add($$"""{"type":"text","text":{{Quote(message.Content.Text)}}}""");
        }

        if (message.Refusal is { } refusal)
        {
            Add($$"""{"type":"refusal","refusal":{{Quote(refusal)}}}""");
        }

        if (message.HasCalls())
        {
            Add(Inside(message.ToolCalls!.Value));
        }

        return parts.Append(']').ToString();

        void Add(string json)
        {
            if (!string.IsNullOrWhiteSpace(json))
            {
                parts.Append(parts.Length > 1 ? "," : "").Append(json);
            }
        }
    }

    private static string Inside(string array) => array.Trim()[1..^1];

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
