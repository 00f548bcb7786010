using System.Text;
using System.Text.RegularExpressions;

namespace SessionService.Api.Exports;

/// <summary>
/// Puts texts of any content into Markdown (CommonMark) so that none changes how the text after it is read. A text may hold headings, HTML
/// that never ends, or a fence that nothing closes.
/// </summary>
internal static partial class MarkdownText
{
    private const int ShortestFence = 3;

    /// <summary>On one line, with every character as it is written.</summary>
    public static string Inline(string text) => Active.Replace(Blank.Replace(text.Trim(), " "), "\\$0");

    /// <summary>As a quotation: whatever a quotation begins ends with it.</summary>
    public static string Quote(string text) => "> " + LineEnd.Replace(text, "\n> ");

    /// <summary>As a code block, between fences that are longer than any in the text.</summary>
    public static string CodeBlock(string text, string language = "")
    {
        var fence = new string('`', Math.Max(ShortestFence, LongestFence(text) + 1));
        return new StringBuilder(fence).Append(language).Append('\n')
            .Append(text).Append(text.EndsWith('\n') ? "" : "\n")
            .Append(fence)
            .ToString();
    }

    [GeneratedRegex(@"[\s\p{Cc}]+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Blank { get; }

    [GeneratedRegex(@"[\\`*_{}\[\]<>#|~&!$]", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Active { get; }

    [GeneratedRegex(@"\r\n|\n|\r", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LineEnd { get; }

    private static int LongestFence(string text)
    {
        var (longest, length) = (0, 0);
        foreach (var character in text)
        {
            length = character == '`' ? length + 1 : 0;
            longest = Math.Max(longest, length);
        }

        return longest;
    }
}
