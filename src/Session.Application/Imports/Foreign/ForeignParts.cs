using System.Text;
using System.Text.Json;
using SessionService.Application.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// The parts of a message of another program, as far as they can be stored. A part without a type gets one, and what is wrong in its form
/// is kept as data. What is too large is left out, and the texts come first: the text of the message never says more than its parts.
/// </summary>
internal sealed class ForeignParts
{
    // Members that tell the type of what has none: ChatGPT's own name for it.
    private const string ContentType = "content_type";

    /// <param name="maxBytes">The size limit of the parts of a message.</param>
    /// <param name="inlineBytes">Longer base64 becomes attachments, and does not count.</param>
    /// <param name="maxFileBytes">The size limit of an attachment.</param>
    public ForeignParts(IReadOnlyList<JsonElement> parts, int maxBytes, int inlineBytes, int maxFileBytes = int.MaxValue)
    {
        var read = parts.Take(PartChecks.MaxParts).Select(part => (Given: part, Json: Storable(part))).ToList();
        var room = maxBytes - 2 - read.Where(part => IsText(part.Given)).Sum(part => SizeOf(part.Json, inlineBytes));
        var (kept, omitted) = (new List<string>(), new List<JsonElement>(parts.Skip(PartChecks.MaxParts)));
        var hasTexts = room >= 0;
        foreach (var (given, json) in read)
        {
            var size = IsText(given) ? 0 : SizeOf(json, inlineBytes);
            if (hasTexts && json is not null && size <= room && (IsText(given) || HasOnlyFilesOf(json, inlineBytes, maxFileBytes)))
            {
                room -= size;
                kept.Add(json);
            }
            else if (!IsText(given))
            {
                omitted.Add(given);
            }
        }

        Json = kept.Count > 0 ? new JsonText($"[{string.Join(',', kept)}]") : null;
        Omitted = omitted;
    }

    /// <summary>The parts; <see langword="null"/> where there are none.</summary>
    public JsonText? Json { get; }

    /// <summary>The parts that could not be kept.</summary>
    public IReadOnlyList<JsonElement> Omitted { get; }

    public static string Array(IEnumerable<JsonElement> parts) => $"[{string.Join(',', parts.Select(part => part.GetRawText()))}]";

    public static JsonElement Text(string text) => Parse($$"""{"type":"text","text":{{ForeignJson.Quote(text)}}}""");

    public static JsonElement Refusal(string text) => Parse($$"""{"type":"refusal","text":{{ForeignJson.Quote(text)}}}""");

    /// <summary>Reasoning that its program does not keep as a block.</summary>
    public static JsonElement Reasoning(string text) => Parse($$"""{"type":"reasoning","text":{{ForeignJson.Quote(text)}}}""");

    /// <param name="content">Well-formed JSON.</param>
    public static JsonElement Result(string? callId, string? name, string content, bool isError)
    {
        string?[] members =
        [
            "\"type\":\"tool_result\"",
            callId is null ? null : $"\"tool_call_id\":{ForeignJson.Quote(callId)}",
            name is null ? null : $"\"name\":{ForeignJson.Quote(name)}",
            $"\"content\":{content}",
            isError ? "\"is_error\":true" : null,
        ];
        return Parse($"{{{string.Join(',', members.Where(member => member is not null))}}}");
    }

    /// <summary>The part of a message that is the result of a call by its role; the labels say of which.</summary>
    public static IReadOnlyList<JsonElement> OfResult(ForeignTurn turn, IReadOnlyList<KeyValuePair<string, string>> labels)
    {
        if (TextOf(labels, "tool_call_id") is not { } callId)
        {
            return turn.Parts;
        }

        var content = turn.Parts.Count == 0
            ? ForeignJson.Quote(turn.Text ?? "")
            : Array(turn.Parts);
        return [Result(callId, TextOf(labels, "name"), content, isError: false)];
    }

    public static bool IsCall(JsonElement json) => PartLookup.Find(json)?.Kind == PartKind.Call;

    public static JsonElement Parse(string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        return document.RootElement.Clone();
    }

    private static string? TextOf(IReadOnlyList<KeyValuePair<string, string>> labels, string name) =>
        labels.FirstOrDefault(label => label.Key == name).Value is { } json ? Parse(json).AsText() : null;

    private static bool IsText(JsonElement part) => PartLookup.Find(part)?.Kind is PartKind.Text or PartKind.Refusal;

    /// <summary>The part with a type, or as data; <see langword="null"/> where it cannot be stored in any form.</summary>
    private static string? Storable(JsonElement part)
    {
        var json = part.GetRawText();
        if (ForeignLabels.IsTooDeep(Encoding.UTF8.GetBytes(json)))
        {
            return null;
        }

        if (part.ValueKind == JsonValueKind.Object && PartLookup.TypeOf(part) is null && PartLookup.Find(part) is null)
        {
            var type = part.FirstText(ContentType) ?? "file";
            json = $"{{\"type\":{ForeignJson.Quote(type)}{(part.EnumerateObject().Any() ? "," : "")}{json.AsSpan().TrimStart()[1..]}";
        }

        if (IsFine(json))
        {
            return json;
        }

        var data = $"{{\"type\":\"data\",\"data\":{part.GetRawText()}}}";
        return IsFine(data) ? data : null;
    }

    private static bool IsFine(string json) => !PartChecks.RefusePart(Parse(json)).Any();

    private static bool HasOnlyFilesOf(string json, int inlineBytes, int maxFileBytes)
    {
        // Four characters stand for three bytes, and escapes make base64 longer only.
        if (json.Length / 4 * 3 <= maxFileBytes)
        {
            return true;
        }

        var files = PartFiles.Find($"[{json}]", inlineBytes);
        return files.Inline.All(file => files.Decode(file).Length <= maxFileBytes);
    }

    private static int SizeOf(string? json, int inlineBytes) => json is null
        ? 0
        : Encoding.UTF8.GetByteCount(json) + 1 - PartFiles.Find($"[{json}]", inlineBytes).Inline.Sum(file => file.Length);
}
