namespace SessionService.Application.Messages.Parts;

/// <summary>Short ways to write the rows of <see cref="KnownParts"/>.</summary>
internal static class PartRows
{
    public static KnownPart Text(string types, string? text = null, string? more = null, string? content = null) =>
        Row(PartKind.Text, types, when: null) with { Text = Paths(text, more), Content = PartPath.Of(content) };

    public static KnownPart Refusal(string types, string text) => Row(PartKind.Refusal, types, when: null) with { Text = Paths(text) };

    public static KnownPart Reasoning(string types, string? text = null, string? more = null, string? when = null) =>
        Row(PartKind.Reasoning, types, when) with { Text = Paths(text, more) };

    public static KnownPart Call(
        string types,
        string id,
        string tool,
        string arguments,
        string? result = null,
        string? failed = null,
        string? done = null,
        string? when = null) =>
        Row(PartKind.Call, types, when) with
        {
            CallId = PartPath.Of(id),
            Tool = tool.StartsWith('\'') ? null : PartPath.Of(tool),
            ToolName = tool.StartsWith('\'') ? tool[1..] : null,
            Arguments = PartPath.Of(arguments),
            Content = PartPath.Of(result),
            Done = PartPath.Of(done),
            Failed = PartPath.Of(failed),
        };

    public static KnownPart Result(
        string types, string id, string content, string? failed = null, string? more = null, string tool = "name | toolName") =>
        Row(PartKind.Result, types, when: null) with
        {
            CallId = PartPath.Of(id),
            Tool = tool.StartsWith('\'') ? null : PartPath.Of(tool),
            ToolName = tool.StartsWith('\'') ? tool[1..] : null,
            Content = PartPath.Of(content),
            Failed = PartPath.Of(failed),
            More = PartPath.Of(more),
        };

    public static KnownPart Media(
        string types,
        MediaKind kind,
        string? url = null,
        string? base64 = null,
        string? format = null,
        string? text = null,
        string? content = null,
        string? when = null) =>
        Row(PartKind.Media, types, when) with
        {
            Text = Paths(text),
            Content = PartPath.Of(content),
            Media = new KnownMedia
            {
                Kind = kind,
                Url = PartPath.Of(url),
                Base64 = PartPath.Of(base64),
                AttachmentId = Path("attachment_id"),
                MediaType = Path(
                    "media_type | mediaType | mime_type | mimeType | contentType | source.media_type | resource.mimeType"),
                Format = PartPath.Of(format),
                Name = Path("name | filename | file_name | displayName | display_name | file.filename | title"),
                FileId = Path("file_id | fileId | file.file_id | source.file_id | file_uuid | asset_pointer"),
            },
        };

    public static KnownPart Mark(string types) => Row(PartKind.Other, types, when: null) with { IsMark = true };

    public static KnownPart Other(string types) => Row(PartKind.Other, types, when: null);

    public static KnownPart Keyed(this KnownPart row, bool isWhole = false) => row with { IsKeyed = true, IsWhole = isWhole };

    private static KnownPart Row(PartKind kind, string types, string? when) =>
        new() { Types = types, Kind = kind, If = PartPath.Of(when) };

    private static List<PartPath> Paths(params ReadOnlySpan<string?> paths)
    {
        var list = new List<PartPath>();
        foreach (var path in paths)
        {
            if (PartPath.Of(path) is { } given)
            {
                list.Add(given);
            }
        }

        return list;
    }

    private static PartPath Path(string path) => PartPath.Of(path)!;
}
