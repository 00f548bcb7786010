using System.Text;
using System.Text.Json;
using SessionService.Application.Exports;
using SessionService.Application.Imports.Foreign;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;

namespace SessionService.Application.Imports;

/// <summary>
/// Parts of messages that were imported from other programs before messages had parts. Pictures, files and reasoning are in
/// <c>metadata.parts</c> then, and the calls of tools in <c>metadata.tool_calls</c>.
/// </summary>
public static class EarlierParts
{
    private static ReadOnlySpan<byte> Name => "\"parts\""u8;

    /// <summary>The parts, and the metadata without them; <see langword="null"/> for any other message.</summary>
    public static (string Parts, string Metadata)? Of(string content, string? messageType, string metadata)
    {
        if (!metadata.Contains("\"parts\"", StringComparison.Ordinal))
        {
            return null;
        }

        using var document = JsonDocument.Parse(metadata, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        var json = document.RootElement;

        // Imports name the program. Other metadata with these names are the client's.
        if (json.Text("source") is not { } source
            || !ForeignForms.IsSource(source)
            || json.ArrayAt("parts") is not { } given
            || given.GetArrayLength() == 0
            || !given.EnumerateArray().All(part => part.ValueKind == JsonValueKind.Object))
        {
            return null;
        }

        var parts = new ForeignParts(InOrder(json, [.. given.EnumerateArray()], content, messageType), int.MaxValue, inlineBytes: 0);
        return parts.Json is { } read
            ? (read.Value, $"{{{string.Join(',', json.MembersBut("parts").Select(ToJson))}}}")
            : null;
    }

    /// <summary>A stored message as it is shown: an earlier import's with its parts.</summary>
    public static MessageRow Of(in MessageRow row) =>
        row.Parts.IsEmpty
        && row.Metadata.Span.IndexOf(Name) >= 0
        && Of(Text(row.Content), Text(row.MessageType), Text(row.Metadata)) is var (parts, metadata)
            ? row with { Parts = Encoding.UTF8.GetBytes(parts), Metadata = Encoding.UTF8.GetBytes(metadata) }
            : row;

    internal static MessageLine Of(MessageLine line) =>
        line is { Parts: null, Content.Text: { } content, Metadata: { } metadata }
        && Of(content, line.MessageType, metadata.Value) is var (parts, rest)
            ? line with { Parts = new JsonText(parts), Metadata = new JsonText(rest) }
            : line;

    // The order that the parts had is not known. Models think, speak, and call.
    private static List<JsonElement> InOrder(JsonElement metadata, List<JsonElement> given, string content, string? messageType)
    {
        var isReasoning = messageType == MessageTypes.Reasoning;
        List<JsonElement> texts = content.Length > 0 && !isReasoning ? [ForeignParts.Text(content)] : [];
        List<JsonElement> parts =
        [
            .. given.Where(IsReasoning),
            .. texts,
            .. metadata.Elements("tool_calls").Where(ForeignParts.IsCall),
            .. given.Where(part => !IsReasoning(part)),
        ];
        return metadata.Text("tool_call_id") is { } callId
            ? [ForeignParts.Result(callId, metadata.Text("name"), ForeignParts.Array(parts), metadata.IsTrue("is_error"))]
            : parts;
    }

    private static string Text(ReadOnlyMemory<byte> utf8) => Encoding.UTF8.GetString(utf8.Span);

    private static bool IsReasoning(JsonElement part) => PartLookup.Find(part)?.Kind == PartKind.Reasoning;

    private static string ToJson(KeyValuePair<string, JsonElement> member) =>
        $"{ForeignJson.Quote(member.Key)}:{member.Value.GetRawText()}";
}
