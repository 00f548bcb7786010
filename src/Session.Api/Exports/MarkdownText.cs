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

    /// <summary>
    /// As a quotation: whatever a quotation begins ends with it. What would act beyond it is shown as it is written: HTML, such as a
    /// comment that never ends, and definitions of links, which hold for the whole page.
    /// </summary>
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 64);
        var (isFirst, fence) = (true, default(string));
        foreach (var line in LineEnd.Split(text))
        {
            quoted.Append(isFirst ? "> " : "\n> ");
            isFirst = false;
            if (fence is not null)
            {
                // What might be the end of the code is taken for it: HTML must never be taken for code.
                quoted.Append(line);
                fence = IsEnd(line, fence) ? null : fence;
            }
            else if (Fence.Match(line) is { Success: true } match)
            {
                quoted.Append(line);
                fence = match.Groups["fence"].Value;
            }
            else
            {
                quoted.Append(Acting.Replace(line, match => IsEscaped(line, match.Index) ? match.Value : "\\" + match.Value));
            }
        }

        return quoted.ToString();
    }

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

    // The beginning of HTML, and the end of the label of a definition.
    [GeneratedRegex(@"<(?=[A-Za-z/!?])|(?<=\]):", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Acting { get; }

    // Without blanks before it: an indented one may belong to a list that ends earlier.
    [GeneratedRegex(@"^(?:(?<fence>`{3,})[^`]*$|(?<fence>~{3,}))", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"\r\n|\n|\r", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LineEnd { get; }

    private static bool IsEscaped(string line, int index)
    {
        var backslashes = 0;
        while (backslashes < index && line[index - backslashes - 1] == '\\')
        {
            backslashes++;
        }

        return backslashes % 2 == 1;
    }

    private static bool IsEnd(string line, string fence)
    {
        var end = line.Trim();
        return end.Length >= fence.Length && end.All(character => character == fence[0]);
    }

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
