using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>
/// The places in an array of parts where bytes stand as base64, or a reference to the attachment that took them: in data URLs, and in the
/// members for base64 of known parts. They may be anywhere in a part, such as in the result of a tool. Everything around them stays byte
/// for byte as it was given.
/// </summary>
public sealed class PartFiles
{
    private static readonly JsonWriterOptions Unescaped = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly byte[] _json;

    private PartFiles(byte[] json, IReadOnlyList<InlineFile> inline, IReadOnlyList<AttachmentReference> references)
    {
        _json = json;
        Inline = inline;
        References = references;
    }

    /// <summary>Base64 in the order of the text.</summary>
    public IReadOnlyList<InlineFile> Inline { get; }

    /// <summary>References to attachments in the order of the text.</summary>
    public IReadOnlyList<AttachmentReference> References { get; }

    /// <summary>The attachments that the parts refer to, each once.</summary>
    public IReadOnlyList<Guid> AttachmentIds => [.. References.Select(reference => reference.AttachmentId).Distinct()];

    /// <summary>The attachments that the parts of a message refer to; none where it has no parts.</summary>
    public static IReadOnlyList<Guid> ReferencesIn(string? parts) =>
        parts is null || !MayRefer(parts) ? [] : Find(parts, int.MaxValue).AttachmentIds;

    /// <param name="json">An array of parts that was accepted.</param>
    /// <param name="longerThan">Base64 of at most this many characters is not looked at.</param>
    public static PartFiles Find(string json, int longerThan = 0)
    {
        if (json.Length <= longerThan && !MayRefer(json))
        {
            return new PartFiles(Encoding.UTF8.GetBytes(json), [], []);
        }

        var utf8 = Encoding.UTF8.GetBytes(json.Trim());
        using var document = JsonDocument.Parse(utf8.AsMemory(), new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        var places = new PartPlaces(document.RootElement, longerThan);
        var index = 0;
        foreach (var part in document.RootElement.EnumerateArray())
        {
            places.Add(part, index++);
        }

        return new PartFiles(
            utf8,
            [.. places.Inline.Values.OrderBy(file => file.Start)],
            [.. places.References.Values.OrderBy(reference => reference.Start)]);
    }

    /// <summary>The bytes of a file of these parts.</summary>
    public byte[] Decode(InlineFile file) => PartBase64.Decode(TextOf(file.Start, file.Length), file.Form);

    /// <summary>The JSON with references in place of base64.</summary>
    /// <param name="attachmentIds">The attachment that holds the bytes of each file, in the order of <see cref="Inline"/>.</param>
    public string Refer(IReadOnlyList<Guid> attachmentIds) =>
        Replace(Inline.Select((file, i) =>
            (file.Start, file.Length, (string?)PartSource.Reference(attachmentIds[i], file.Form))));

    /// <summary>The JSON with base64 in place of the references that stand where base64 was given.</summary>
    /// <param name="base64">The base64 of an attachment, in the usual form; <see langword="null"/> to leave a reference.</param>
    public string Restore(Func<Guid, string?> base64) =>
        Replace(References.Where(reference => reference.StandsForBase64).Select(reference => (
            reference.Start,
            reference.Length,
            base64(reference.AttachmentId) is { } usual ? PartBase64.Write(usual, reference.Form) : null)));

    /// <summary>The JSON with other attachments in place of those that it refers to.</summary>
    public string Rename(Func<Guid, Guid> attachmentId) =>
        Replace(References.Select(reference => (
            reference.Start,
            reference.Length,
            (string?)Encoding.UTF8.GetString(_json, reference.Start, reference.Length).Replace(
                reference.AttachmentId.ToString("D"),
                attachmentId(reference.AttachmentId).ToString("D"),
                StringComparison.OrdinalIgnoreCase))));

    /// <summary>JSON without base64, for a text that people and searches read.</summary>
    internal static string WithoutBase64(JsonElement json)
    {
        var raw = json.GetRawText();
        var places = new PartPlaces(json, longerThan: 0);
        places.Add(json, index: 0);
        if (places.Inline.Count > 0)
        {
            var files = places.Inline.Values.OrderBy(file => file.Start);
            var without = new PartFiles(Encoding.UTF8.GetBytes(raw), [.. files], []);
            raw = without.Replace(without.Inline.Select(file => (file.Start, file.Length, (string?)"")));
        }

        return HasLongRun(raw) ? Rewrite(raw) : raw;
    }

    // Escapes may spell the word.
    internal static bool MayRefer(string json) =>
        json.Contains("attachment", StringComparison.Ordinal) || json.Contains("\\u", StringComparison.Ordinal);

    private static bool HasLongRun(string raw) => PartBase64.Without(raw).Length != raw.Length;

    private static string Rewrite(string raw)
    {
        using var document = JsonDocument.Parse(raw, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Unescaped))
        {
            Rewrite(document.RootElement, writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static void Rewrite(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    Rewrite(member.Value, writer);
                }

                writer.WriteEndObject();
                break;

            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in json.EnumerateArray())
                {
                    Rewrite(element, writer);
                }

                writer.WriteEndArray();
                break;

            case JsonValueKind.String:
                writer.WriteStringValue(PartBase64.Without(PartText.Of(json) ?? ""));
                break;

            default:
                writer.WriteRawValue(json.GetRawText(), skipInputValidation: true);
                break;
        }
    }

    private ReadOnlySpan<byte> TextOf(int start, int length)
    {
        var raw = _json.AsSpan(start, length);
        return raw.Contains((byte)'\\')
            ? Encoding.UTF8.GetBytes(JsonSerializer.Deserialize<string>($"\"{Encoding.UTF8.GetString(raw)}\"")!)
            : raw;
    }

    private string Replace(IEnumerable<(int Start, int Length, string? Text)> replacements)
    {
        var text = new StringBuilder(_json.Length);
        var at = 0;
        foreach (var (start, length, replacement) in replacements.Where(replacement => replacement.Text is not null))
        {
            text.Append(Encoding.UTF8.GetString(_json, at, start - at)).Append(replacement);
            at = start + length;
        }

        return text.Append(Encoding.UTF8.GetString(_json, at, _json.Length - at)).ToString();
    }
}

/// <summary>Base64 in a part.</summary>
/// <param name="PartIndex">The place of the part in its message, from 0.</param>
/// <param name="Start">Where the base64 begins in the UTF-8 of the JSON.</param>
/// <param name="Length">How long it is there.</param>
/// <param name="MediaType">What the part says of the bytes, if it does.</param>
/// <param name="Name">The name of the file, if the part says one.</param>
/// <param name="Form">How the base64 is written.</param>
public sealed record InlineFile(int PartIndex, int Start, int Length, string? MediaType, string? Name, Base64Form Form);

/// <summary>A reference to an attachment in a part.</summary>
/// <param name="PartIndex">The place of the part in its message, from 0.</param>
/// <param name="AttachmentId">The attachment.</param>
/// <param name="Start">Where the reference begins in the UTF-8 of the JSON.</param>
/// <param name="Length">How long it is there.</param>
/// <param name="StandsForBase64">Whether it stands where base64 may stand, and not as the part's id of an attachment or as its URL.</param>
/// <param name="Form">How the base64 was written.</param>
public sealed record AttachmentReference(
    int PartIndex, Guid AttachmentId, int Start, int Length, bool StandsForBase64, Base64Form Form);
