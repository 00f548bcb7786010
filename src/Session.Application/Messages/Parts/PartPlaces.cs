using System.Runtime.InteropServices;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Collects where files and references to attachments stand in parts. The keys are the places in the JSON.</summary>
/// <param name="root">The JSON in which the parts are.</param>
/// <param name="longerThan">Base64 of at most this many characters is not looked at.</param>
internal sealed class PartPlaces(JsonElement root, int longerThan)
{
    // What an unknown part, or the output of a tool, calls bytes that stand beside their media type.
    private static readonly KnownMedia Unknown =
        PartRows.Media("*", MediaKind.File, base64: "data | base64 | b64_json | blob | bytes | file_data").Media!;

    public Dictionary<int, InlineFile> Inline { get; } = [];

    public Dictionary<int, AttachmentReference> References { get; } = [];

    public void Add(JsonElement value, int index)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when PartLookup.Find(value) is var row && row?.IsWords != true:
                AddMedia(value, row, index);
                foreach (var member in value.EnumerateObject())
                {
                    Add(member.Value, index);
                }

                break;

            case JsonValueKind.Array:
                foreach (var element in value.EnumerateArray())
                {
                    Add(element, index);
                }

                break;

            case JsonValueKind.String when JsonMarshal.GetRawUtf8Value(value).StartsWith("\"data:"u8):
                AddString(value, isBase64Place: false, mediaType: null, name: null, index);
                break;
        }
    }

    private void AddMedia(JsonElement part, KnownPart? row, int index)
    {
        var at = row?.Root(part) ?? part;
        if ((row is null ? Unknown : row.Media) is not { } media)
        {
            return;
        }

        var mediaType = media.MediaType.FirstText(at) ?? PartReader.TypeOf(media, at);
        var name = media.Name.FirstText(at);
        if (media.Url?.FirstString(at) is { } url)
        {
            AddString(url, isBase64Place: false, mediaType, name, index);
        }

        if ((row is not null || mediaType is not null) && media.Base64?.FirstString(at) is { } base64)
        {
            AddString(base64, isBase64Place: true, mediaType, name, index);
        }

        if (row is not null
            && media.AttachmentId.FirstString(at) is { } attachment
            && Guid.TryParseExact(PartText.Of(attachment), "D", out var id))
        {
            var raw = Raw(attachment, out var start);
            References.TryAdd(start, new AttachmentReference(index, id, start, raw.Length, StandsForBase64: false, Base64Form.Usual));
        }
    }

    /// <param name="isBase64Place">Whether base64 may stand there without a data URL around it.</param>
    private void AddString(JsonElement text, bool isBase64Place, string? mediaType, string? name, int index)
    {
        var raw = Raw(text, out var start);
        var source = PartSource.Of(PartSource.ValueOf(text));
        if (source.IsDataUrl)
        {
            // In the JSON the prefix may be longer, because of escapes.
            var mark = raw.IndexOf(","u8) + 1;
            if (mark == 0)
            {
                return;
            }

            raw = raw[mark..];
            start += mark;
        }

        if (source.Attachment() is { } reference)
        {
            References.TryAdd(start, new AttachmentReference(
                index, reference.Id, start, raw.Length, source.IsDataUrl || isBase64Place, reference.Form));
        }
        else if ((source.IsDataUrl || (isBase64Place && !source.IsUrl))
            && source.Rest.Length > longerThan
            && PartBase64.FormOf(source.Rest) is { } form)
        {
            Inline.TryAdd(start, new InlineFile(index, start, raw.Length, mediaType ?? source.MediaType, name, form));
        }
    }

    /// <summary>What stands between the quotation marks.</summary>
    private ReadOnlySpan<byte> Raw(JsonElement text, out int start)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        _ = JsonMarshal.GetRawUtf8Value(root).Overlaps(raw, out start);
        return raw;
    }
}
