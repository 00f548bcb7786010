using System.Runtime.InteropServices;
using System.Text.Json;
using SessionService.Application.Attachments;
using SessionService.Application.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Why a part, or the array of parts, cannot be accepted.</summary>
/// <param name="Index">The place of the part; <see langword="null"/> for the array.</param>
public readonly record struct PartRefusal(int? Index, string Reason);

/// <summary>Checks parts that a client gives. A part of an unknown type is accepted as it is.</summary>
public static class PartChecks
{
    public const int MaxParts = 1000;

    private const string NoMediaType = "must have a media type like image/png";

    /// <summary>Every reason to refuse an array, part by part.</summary>
    public static IReadOnlyList<PartRefusal> Refuse(JsonElement array)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            return [new(Index: null, "must be a text or an array of parts")];
        }

        var count = array.GetArrayLength();
        if (count is 0 or > MaxParts)
        {
            return [new(Index: null, $"must hold 1 to {MaxParts} parts")];
        }

        var refusals = new List<PartRefusal>();
        var index = 0;
        foreach (var part in array.EnumerateArray())
        {
            refusals.AddRange(RefusePart(part).Distinct(StringComparer.Ordinal).Select(reason => new PartRefusal(index, reason)));
            index++;
        }

        return refusals;
    }

    /// <summary>Every reason to refuse a part.</summary>
    internal static IEnumerable<string> RefusePart(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            return ["must be an object"];
        }

        var json = JsonMarshal.GetRawUtf8Value(part);
        if (IsTooDeep(json))
        {
            return [$"must be nested at most {JsonLimits.MaxDepth} levels deep"];
        }

        if (JsonLimits.Refuse(json, int.MaxValue) is { } reason)
        {
            return [reason];
        }

        return PartLookup.TypeOf(part) is null && PartLookup.Find(part) is null
            ? ["must have a type (or $type), or a member that tells its kind, such as functionCall"]
            : RefuseMedia(part);
    }

    private static IEnumerable<string> RefuseMedia(JsonElement part)
    {
        if (PartLookup.Find(part) is not { } row)
        {
            return [];
        }

        var root = row.Root(part);
        var nested = ((JsonElement?[])[row.Content?.First(root), row.More?.First(root)])
            .SelectMany(content => content is { ValueKind: JsonValueKind.Array } blocks ? blocks.EnumerateArray().ToList()
                : content is { ValueKind: JsonValueKind.Object } block ? [block]
                : [])
            .SelectMany(RefuseMedia);
        return row.Media is { } media ? [.. RefuseMedia(media, root), .. nested] : nested;
    }

    private static List<string> RefuseMedia(KnownMedia media, JsonElement root)
    {
        var reasons = new List<string>();
        if (media.Url?.FirstString(root) is { } url)
        {
            RefuseSource(url, isBase64Place: false, reasons);
        }

        if (media.Base64?.FirstString(root) is { } base64)
        {
            RefuseSource(base64, isBase64Place: true, reasons);
        }

        if (media.AttachmentId.First(root) is { } id && !Guid.TryParseExact(PartText.Of(id), "D", out _))
        {
            reasons.Add("must have an attachment_id that is a UUID");
        }

        if (media.MediaType.First(root) is { } mediaType && !(PartText.Of(mediaType) is { } text && MediaTypes.IsValid(text)))
        {
            reasons.Add(NoMediaType);
        }

        return reasons;
    }

    private static void RefuseSource(JsonElement text, bool isBase64Place, List<string> reasons)
    {
        var source = PartSource.Of(PartSource.ValueOf(text));
        if (source.IsAttachment && (source.IsDataUrl || isBase64Place || source.Rest.Length <= 100))
        {
            if (source.Attachment() is null)
            {
                reasons.Add("must refer to an attachment as attachment: and a UUID");
            }
        }
        else if ((source.IsDataUrl || (isBase64Place && !source.IsUrl)) && PartBase64.FormOf(source.Rest) is null)
        {
            reasons.Add("must hold base64 (RFC 4648, without line breaks)");
        }

        if (source.MediaType is { } mediaType && !MediaTypes.IsValid(mediaType))
        {
            reasons.Add(NoMediaType);
        }
    }

    private static bool IsTooDeep(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.CurrentDepth >= JsonLimits.MaxDepth)
            {
                return true;
            }
        }

        return false;
    }
}
