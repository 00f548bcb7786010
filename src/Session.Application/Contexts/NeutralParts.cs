using System.Text.Json;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Contexts;

/// <summary>
/// Reads every message as parts: one that has parts, and one whose calls and results are described by its type and metadata.
/// </summary>
internal static class NeutralParts
{
    /// <summary>What stands for a redacted result whose call remains.</summary>
    public static MessagePart Removed { get; } = new() { Index = 0, Kind = PartKind.Result, Json = default, Text = "[removed]" };

    public static IReadOnlyList<MessagePart> Of(string role, string type, string content, string metadata, string? parts) =>
        parts is null ? OfText(role, type, content, metadata) : OfParts(role, type, metadata, Spread(MessageParts.Read(parts)));

    private static List<MessagePart> OfText(string role, string type, string content, string metadata)
    {
        if (type is MessageTypes.Reasoning)
        {
            return [Own(PartKind.Reasoning, content)];
        }

        var calls = CallsOf(role, type, content, metadata);
        return calls.Count == 0 && ToolCall.IsResult(role, type)
            ? [ResultOf(content, [], metadata)]
            : [Own(PartKind.Text, content), .. calls];
    }

    /// <summary>Parts may have their calls, or the id of the call that they answer, in the metadata.</summary>
    private static List<MessagePart> OfParts(string role, string type, string metadata, List<MessagePart> parts)
    {
        if (parts.Exists(part => part.Kind == PartKind.Call))
        {
            return parts;
        }

        if (CallsOf(role, type, content: "", metadata) is { Count: > 0 } calls)
        {
            return [.. parts, .. calls];
        }

        var results = parts.Count(part => part.Kind == PartKind.Result);
        if (results == 0 && ToolCall.IsResult(role, type))
        {
            var texts = parts.Where(part => part.Kind is PartKind.Text or PartKind.Refusal).Select(part => part.Text);
            return [ResultOf(string.Join('\n', texts), parts, metadata)];
        }

        return results == 1 && ToolCall.ReadAnsweredId(metadata) is { } id
            ? [.. parts.Select(part => part is { Kind: PartKind.Result, CallId: null } ? part with { CallId = id } : part)]
            : parts;
    }

    private static List<MessagePart> CallsOf(string role, string type, string content, string metadata) =>
    [
        .. ToolCall.ReadCalls(role, type, content, metadata).Select(call => Own(PartKind.Call, "") with
        {
            CallId = call.Id,
            ToolName = call.Name,
            GivenArguments = string.IsNullOrWhiteSpace(call.Arguments) ? null : JsonSerializer.SerializeToElement(call.Arguments),
        }),
    ];

    /// <summary>Texts and media side by side: an item may hold both, and the words of a file may be at hand.</summary>
    private static List<MessagePart> Spread(MessageParts parts)
    {
        var spread = new List<MessagePart>(parts.Parts.Count);
        foreach (var part in parts.Parts)
        {
            var isOfWords = part.Kind == PartKind.Media && part.Text.Length > 0;
            if (part.Kind == PartKind.Result || (part.Nested.Count == 0 && !isOfWords))
            {
                spread.Add(part);
                continue;
            }

            if (part.Kind != PartKind.Media || part.Text.Length > 0)
            {
                spread.Add(part with { Kind = isOfWords ? PartKind.Text : part.Kind, Media = null, Nested = [] });
            }

            spread.AddRange(part.Nested.Where(nested => nested.Kind == PartKind.Media));
        }

        return spread;
    }

    private static MessagePart ResultOf(string text, IReadOnlyList<MessagePart> nested, string metadata) => Own(PartKind.Result, text) with
    {
        CallId = ToolCall.ReadAnsweredId(metadata),
        ToolName = ToolCall.ReadName(metadata),
        Nested = [.. nested.Where(part => part.Kind == PartKind.Media)],
    };

    private static MessagePart Own(PartKind kind, string text) => new() { Index = 0, Kind = kind, Json = default, Text = text };
}
