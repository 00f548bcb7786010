using SessionService.Application.Messages.Parts;

namespace SessionService.Api.Exports;

/// <summary>
/// Shows the parts of a message in Markdown: what was said as quotations, what tools got and gave as code, files as links.
/// </summary>
internal static class MarkdownParts
{
    public static IEnumerable<string> Of(MessageParts message) => message.Parts.SelectMany(Of);

    /// <summary>A call of a tool.</summary>
    public static IEnumerable<string> Call(string? tool, string? arguments)
    {
        yield return $"**Call of {Name(tool)}**";
        if (arguments is not null)
        {
            yield return MarkdownText.CodeBlock(arguments, "json");
        }
    }

    /// <summary>The result of a tool.</summary>
    public static IEnumerable<string> Result(string? tool, string text) => [$"**Result of {Name(tool)}**", MarkdownText.CodeBlock(text)];

    private static IEnumerable<string> Of(MessagePart part) => part.Kind switch
    {
        PartKind.Text or PartKind.Refusal => [.. Said(part.Text), .. part.Nested.SelectMany(Of)],
        PartKind.Reasoning when part.Text.Length > 0 => ["*Reasoning*", MarkdownText.Quote(part.Text)],
        PartKind.Call => Call(part.ToolName, part.Arguments),
        PartKind.Result => [.. Result(part.ToolName, part.Text), .. part.Nested.SelectMany(Of)],
        PartKind.Media => [File(part.Media!), .. Said(part.Text), .. part.Nested.SelectMany(Of)],
        _ => [],
    };

    private static IEnumerable<string> Said(string text) => text.Length > 0 ? [MarkdownText.Quote(text)] : [];

    // A link and not the picture itself, which would be loaded wherever the page is read.
    private static string File(PartMedia media)
    {
        var kind = media.Kind switch
        {
            MediaKind.Image => "Picture",
            MediaKind.Audio => "Sound",
            MediaKind.Video => "Video",
            _ => "File",
        };
        var name = MarkdownText.Inline(media.Name ?? media.AttachmentId?.ToString() ?? media.MediaType ?? "");
        var isOnWeb = Uri.TryCreate(media.Url, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp);
        return isOnWeb
            ? $"*{kind}* [{(name.Length > 0 ? name : MarkdownText.Inline(url!.Host))}](<{url!.AbsoluteUri}>)"
            : $"*{kind}* {name}".TrimEnd();
    }

    private static string Name(string? tool) => MarkdownText.Inline(tool ?? "a tool");
}
