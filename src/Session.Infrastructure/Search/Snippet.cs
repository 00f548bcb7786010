using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>The part of a text with the most words of the query.</summary>
internal static class Snippet
{
    private const int MaxLength = 240;
    private const int Before = 60;
    private const string Ellipsis = "…";

    /// <param name="Start">Where the word begins.</param>
    /// <param name="End">Where it ends.</param>
    /// <param name="Lexeme">The lexeme of the word.</param>
    public readonly record struct Match(int Start, int End, string Lexeme);

    /// <summary>HTML with the matches in <c>mark</c> elements and everything else escaped.</summary>
    /// <param name="text">The text.</param>
    /// <param name="matches">In the order of the text.</param>
    public static string Of(string text, IReadOnlyList<Match> matches)
    {
        var (from, to) = Choose(text, matches);
        var html = new StringBuilder(MaxLength * 2);
        html.Append(from > 0 ? Ellipsis : "");
        var next = from;
        var isMarking = false;
        foreach (var (start, end, _) in matches.Where(match => match.Start >= from && match.End <= to))
        {
            // Words without anything between are marked as one.
            if (!isMarking || start > next)
            {
                html.Append(isMarking ? "</mark>" : "");
                Escape(html, text.AsSpan(next, start - next));
                html.Append("<mark>");
                isMarking = true;
            }

            Escape(html, text.AsSpan(start, end - start));
            next = end;
        }

        html.Append(isMarking ? "</mark>" : "");
        Escape(html, text.AsSpan(next, to - next));
        return html.Append(to < text.Length ? Ellipsis : "").ToString();
    }

    /// <summary>The first place with the most different words together.</summary>
    private static (int From, int To) Choose(string text, IReadOnlyList<Match> matches)
    {
        var best = matches.Count > 0 ? matches[0].Start : 0;
        var most = 0;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int first = 0, last = 0; first < matches.Count; first++)
        {
            for (; last < matches.Count && matches[last].End - matches[first].Start <= MaxLength - Before; last++)
            {
                counts[matches[last].Lexeme] = counts.GetValueOrDefault(matches[last].Lexeme) + 1;
            }

            if (counts.Count > most)
            {
                (best, most) = (matches[first].Start, counts.Count);
            }

            if (last == first)
            {
                // The word is longer than a snippet.
                last++;
            }
            else if (--counts[matches[first].Lexeme] == 0)
            {
                counts.Remove(matches[first].Lexeme);
            }
        }

        var from = Math.Max(0, best - Before);
        var to = Math.Min(text.Length, from + MaxLength);
        from = Math.Max(0, Math.Min(from, text.Length - MaxLength));
        return (
            from == 0 ? 0 : WordBoundary(text, from, Math.Min(best, from + Before)),
            to == text.Length ? to : EndBoundary(text, to, best));
    }

    /// <summary>The place behind the first space; without a space, one that cuts no character.</summary>
    private static int WordBoundary(string text, int from, int limit)
    {
        var space = text.AsSpan(from, limit - from).IndexOfAny(" \n\t");
        from = space < 0 ? from : from + space + 1;
        return from > 0 && char.IsLowSurrogate(text[from]) ? from - 1 : from;
    }

    private static int EndBoundary(string text, int to, int notBefore)
    {
        var begin = Math.Max(notBefore, to - Before);
        var space = text.AsSpan(begin, to - begin).LastIndexOfAny(" \n\t");
        to = space <= 0 ? to : begin + space;
        return char.IsLowSurrogate(text[to]) ? to - 1 : to;
    }

    // Escapes only characters that could end the text of an element or attribute.
    private static void Escape(StringBuilder html, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '&':
                    html.Append("&amp;");
                    break;
                case '<':
                    html.Append("&lt;");
                    break;
                case '>':
                    html.Append("&gt;");
                    break;
                case '"':
                    html.Append("&quot;");
                    break;
                case '\'':
                    html.Append("&#39;");
                    break;
                default:
                    html.Append(c);
                    break;
            }
        }
    }
}
