using System.Text;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Reads parts by the table of known parts.</summary>
internal static class PartReader
{
    /// <summary>Reads a part. A part that holds a call and its result becomes both.</summary>
    public static void Read(JsonElement json, int index, List<MessagePart> parts) => Read(json, index, isInResult: false, parts);

    /// <param name="isInResult">
    /// Whether the part stands in a result. Results within it are not read: their text is in that of the outermost one, which would be
    /// put together at each level again.
    /// </param>
    private static void Read(JsonElement json, int index, bool isInResult, List<MessagePart> parts)
    {
        var row = PartLookup.Find(json);
        if (row is null || (isInResult && row.Kind is PartKind.Call or PartKind.Result))
        {
            parts.Add(new MessagePart { Index = index, Kind = row?.Kind ?? PartKind.Other, Json = json });
            return;
        }

        var root = row.Root(json);
        var content = row.Content?.First(root);
        var isCall = row.Kind == PartKind.Call;
        var (text, nested) = isCall
            ? ("", [])
            : ReadContent(content, row.More?.First(root), row.Kind == PartKind.Result, isInResult, index);
        parts.Add(new MessagePart
        {
            Index = index,
            Kind = row.Kind,
            Json = json,
            Text = PartText.Join([.. row.Text.SelectMany(path => path.Texts(root)), text]),
            CallId = IdOf(row, root),
            ToolName = PartLookup.ToolOf(row, json),
            GivenArguments = isCall ? row.Arguments?.First(root) : null,
            IsError = !isCall && HasFailed(row, root),
            IsMark = row.IsMark,
            Media = row.Media is { } media ? ReadMedia(media, root) : null,
            Nested = nested,
        });
        if (isCall && (content is not null || row.Done?.First(root) is not null))
        {
            var (result, resultParts) = ReadContent(content, more: null, isResult: true, isInResult, index);
            parts.Add(new MessagePart
            {
                Index = index,
                Kind = PartKind.Result,
                Json = json,
                Text = result,
                CallId = IdOf(row, root),
                ToolName = PartLookup.ToolOf(row, json),
                IsError = HasFailed(row, root),
                Nested = resultParts,
            });
        }
    }

    private static string? IdOf(KnownPart row, JsonElement root) => row.CallId?.First(root) switch
    {
        { ValueKind: JsonValueKind.String } text => PartText.Of(text),
        { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
        _ => null,
    };

    private static bool HasFailed(KnownPart row, JsonElement root) =>
        row.Failed?.First(root) is { ValueKind: not JsonValueKind.False };

    /// <summary>
    /// Content is a text or further parts. A result may be any other JSON too, whose text is the JSON. Base64 never is in the text.
    /// </summary>
    private static (string Text, IReadOnlyList<MessagePart> Nested) ReadContent(
        JsonElement? content, JsonElement? more, bool isResult, bool isInResult, int index)
    {
        var parts = new List<MessagePart>();
        var text = "";
        if (content is { ValueKind: JsonValueKind.String } given)
        {
            text = PartText.Of(given) ?? "";
        }
        else if (content is { } json)
        {
            parts = ReadNested(json, index, isResult || isInResult);
            var isEmpty = json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 0;
            if (isResult && !isEmpty && !parts.Exists(IsOfContent))
            {
                parts.Clear();
                text = PartFiles.WithoutBase64(json);
            }
        }

        parts.AddRange(more is { } rest ? ReadNested(rest, index, isResult || isInResult) : []);
        var texts = parts.Select(part => part.Text).Prepend(text);
        return (
            PartText.Join(isResult ? texts.Select(PartBase64.Without) : texts),
            [.. parts.Where(part => part.Media is not null), .. parts.SelectMany(part => part.Nested)]);
    }

    /// <summary>The parts in an array of objects, or an object as one.</summary>
    private static List<MessagePart> ReadNested(JsonElement json, int index, bool isInResult)
    {
        var parts = new List<MessagePart>();
        switch (json.ValueKind)
        {
            case JsonValueKind.Array when json.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Object):
                foreach (var element in json.EnumerateArray())
                {
                    Read(element, index, isInResult, parts);
                }

                break;

            case JsonValueKind.Object:
                Read(json, index, isInResult, parts);
                break;
        }

        return parts;
    }

    // The output of a tool may be an object with a "text", or of a "type", by chance.
    private static bool IsOfContent(MessagePart part) => part.Kind switch
    {
        PartKind.Text or PartKind.Refusal when PartLookup.TypeOf(part.Json) is { } type =>
            type is "text" or "input_text" or "output_text" || (part.Text.Length > 0 && type != "message"),
        PartKind.Media => part.Media is { HasSource: true } || part.Text.Length > 0,
        _ => false,
    };

    private static PartMedia ReadMedia(KnownMedia media, JsonElement root)
    {
        var value = PartSource.ValueOf((media.Url?.FirstString(root) ?? media.Base64?.FirstString(root)).GetValueOrDefault());
        var isUrlPlace = media.Url?.FirstString(root) is not null;
        var source = PartSource.Of(value);
        var attachment = source.Attachment()?.Id
            ?? (Guid.TryParseExact(media.AttachmentId.FirstText(root), "D", out var given) ? given : null);
        var isBase64 = attachment is null && !value.IsEmpty && (source.IsDataUrl || !(isUrlPlace || source.IsUrl));
        var isUrl = attachment is null && !value.IsEmpty && !isBase64;
        var mediaType = media.MediaType.FirstText(root) ?? source.MediaType ?? TypeOf(media, root);
        return new PartMedia
        {
            Kind = KindOf(media.Kind, mediaType),
            Url = isUrl ? Encoding.UTF8.GetString(value) : null,
            AttachmentId = attachment,
            Base64 = isBase64 ? Encoding.UTF8.GetString(source.Rest) : null,
            MediaType = mediaType,
            Name = media.Name.FirstText(root),
            FileId = media.FileId?.FirstText(root),
        };
    }

    /// <summary>The media type of a format, such as <c>wav</c>.</summary>
    public static string? TypeOf(KnownMedia media, JsonElement root) => media.Format?.FirstText(root) switch
    {
        null => null,
        "mp3" => "audio/mpeg",
        "jpg" => "image/jpeg",
        { } format when media.Kind == MediaKind.Audio => $"audio/{format}",
        { } format => $"image/{format}",
    };

    private static MediaKind KindOf(MediaKind kind, string? mediaType) => mediaType?.Split('/')[0] switch
    {
        "image" when kind == MediaKind.File => MediaKind.Image,
        "audio" when kind == MediaKind.File => MediaKind.Audio,
        "video" when kind == MediaKind.File => MediaKind.Video,
        _ => kind,
    };
}
