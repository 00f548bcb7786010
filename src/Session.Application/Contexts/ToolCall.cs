using System.Text.Json;

namespace SessionService.Application.Contexts;

/// <summary>A tool call, read from the metadata of its message.</summary>
public sealed record ToolCall(string? Id, string? Name, string? Arguments)
{
    // In a result, "id" may be the result's own id, so it is not among these.
    private static readonly string[] AnsweredIds = ["tool_call_id", "call_id", "tool_use_id"];
    private static readonly string[] IdsOfCalls = [.. AnsweredIds, "id"];
    private static readonly string[] Names = ["name", "tool_name", "function_name", "tool", "function"];
    private static readonly string[] ArgumentNames = ["arguments", "args", "input", "parameters"];

    /// <summary>
    /// The tool calls of a message: those in <c>tool_calls</c>, as in model APIs, or the one that the metadata itself describe. A message
    /// of the type <c>tool_call</c> always makes a call.
    /// </summary>
    public static IReadOnlyList<ToolCall> ReadCalls(string role, string messageType, string content, string metadata)
    {
        var isCall = messageType is "tool_call";
        if (!isCall && (role is not "assistant" || !metadata.Contains("\"tool_calls\"", StringComparison.Ordinal)))
        {
            return [];
        }

        using var document = JsonDocument.Parse(metadata);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        if (document.RootElement.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array)
        {
            var listed = calls.EnumerateArray()
                .Where(call => call.ValueKind == JsonValueKind.Object)
                .Select(call => Read(call, content: null))
                .ToList();
            if (listed.Count > 0)
            {
                return listed;
            }
        }

        return isCall ? [Read(document.RootElement, content)] : [];
    }

    /// <summary>Whether a message that makes no call is the result of one.</summary>
    public static bool IsResult(string role, string messageType) => role is "tool" || messageType is "tool_result";

    /// <summary>The id of the call that a result answers.</summary>
    public static string? ReadAnsweredId(string metadata) => ReadText(metadata, AnsweredIds);

    /// <summary>The name of the tool that gave a result.</summary>
    public static string? ReadName(string metadata) => ReadText(metadata, Names);

    private static string? ReadText(string metadata, string[] names)
    {
        using var document = JsonDocument.Parse(metadata);
        return document.RootElement.ValueKind == JsonValueKind.Object ? FirstText(document.RootElement, names) : null;
    }

    private static ToolCall Read(JsonElement call, string? content)
    {
        var function = call.TryGetProperty("function", out var nested) && nested.ValueKind == JsonValueKind.Object ? nested : call;
        return new ToolCall(FirstText(call, IdsOfCalls), FirstText(function, Names), ReadArguments(function) ?? ObjectIn(content));
    }

    private static string? ReadArguments(JsonElement function)
    {
        foreach (var name in ArgumentNames)
        {
            if (function.TryGetProperty(name, out var arguments) && arguments.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            {
                return arguments.ValueKind == JsonValueKind.String ? arguments.GetString() : arguments.GetRawText();
            }
        }

        return null;
    }

    private static string? ObjectIn(string? content)
    {
        if (content is null || !content.AsSpan().TrimStart().StartsWith('{'))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(content);
            return content;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? FirstText(JsonElement json, string[] names)
    {
        foreach (var name in names)
        {
            if (json.TryGetProperty(name, out var value)
                && value.ValueKind == JsonValueKind.String
                && value.GetString() is { Length: > 0 } text)
            {
                return text;
            }
        }

        return null;
    }
}
