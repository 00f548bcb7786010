using System.Text;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Reads parts by the table of known parts.</summary>
internal static class PartReader
{
    /// <summary>Reads a part. A part that holds a call and its result becomes both.</summary>
    public static void Read(JsonElement json, int index, List<MessagePart> parts)
    {
        var row = PartLookup.Find(json);
        if (row is null)
        {
            parts.Add(new MessagePart { Index = index, Kind = PartKind.Other, Json = json });
            return;
        }

        var root = row.Root(json);
        var content = row.Content?.First(root);
        var isCall = row.Kind == PartKind.Call;
        var (text, nested) = isCall ? ("", []) : ReadContent(content, row.More?.First(root), index);
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
        if (isCall && content is not null)
        {
            var (result, resultParts) = ReadContent(content, more: null, index);
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

    /// <summary>Content is a text, further parts, or any other JSON, whose text is the JSON. Base64 never is in the text.</summary>
    private static (string Text, IReadOnlyList<MessagePart> Nested) ReadContent(JsonElement? content, JsonElement? more, int index)
    {
        var parts = new List<MessagePart>();
        var text = "";
        switch (content)
        {
            case { ValueKind: JsonValueKind.String } given:
                text = PartBase64.Without(PartText.Of(given) ?? "");
                break;

            case { } given when ReadNested(given, index) is { } nested:
                parts.AddRange(nested);
                break;

            case { } json:
                text = PartFiles.WithoutBase64(json);
                break;
        }

        parts.AddRange(more is { } rest ? ReadNested(rest, index) ?? [] : []);
        return (
            PartText.Join([text, .. parts.Select(part => PartBase64.Without(part.Text))]),
            [.. parts.Where(part => part.Media is not null), .. parts.SelectMany(part => part.Nested)]);
    }

    /// <summary>The parts in an array, or a part alone; <see langword="null"/> where the JSON is no parts but data.</summary>
    private static List<MessagePart>? ReadNested(JsonElement json, int index)
    {
        var parts = new List<MessagePart>();
        switch (json.ValueKind)
        {
            case JsonValueKind.Array when json.EnumerateArray().All(element => element.ValueKind == JsonValueKind.Object):
                foreach (var element in json.EnumerateArray())
                {
                    Read(element, index, parts);
                }

                break;

            case JsonValueKind.Object:
                Read(json, index, parts);
                break;
        }

        return parts.Exists(IsSaid) || (json.ValueKind == JsonValueKind.Array && json.GetArrayLength() == 0) ? parts : null;
    }

    // The output of a tool may be an object with a "text", or of a "type", by chance.
    private static bool IsSaid(MessagePart part) => part.Kind switch
    {
        PartKind.Text when PartLookup.TypeOf(part.Json) is { } type =>
            type is "text" or "input_text" || (part.Text.Length > 0 && type != "message"),
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
