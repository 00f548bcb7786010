using System.Text;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Shows where texts match a query.</summary>
internal sealed class Highlighter(MessageIndexer indexer)
{
    // Of one page. Beyond that, words that come only later in its texts stay unmarked.
    private const int MaxWords = 20_000;

    /// <summary>A snippet of each text, as HTML.</summary>
    public async Task<IReadOnlyList<string>> MarkAsync(
        Sql sql, IReadOnlyList<string> texts, TextQuery query, CancellationToken cancellationToken)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var known = words.GetAlternateLookup<ReadOnlySpan<char>>();
        var begins = query.Wanted.Select(lexeme => lexeme[0]).ToHashSet();
        foreach (var text in texts)
        {
            foreach (var (start, end) in Words(text))
            {
                if (words.Count < MaxWords && MayMatch(text[start], begins))
                {
                    known.Add(text.AsSpan(start, end - start));
                }
            }
        }

        var analyzed = await indexer.AnalyzeAsync(words, isForNow: true, sql, cancellationToken);
        var wanted = query.Wanted.ToHashSet(StringComparer.Ordinal);
        var matching = analyzed.Where(word => IsMatch(word.Value, wanted))
            .ToDictionary(word => word.Key, word => word.Value.Lexemes[0].Text, StringComparer.Ordinal);
        return [.. texts.Select(text => Mark(text, matching))];
    }

    /// <summary>A word may have several meanings, and any will do; or consist of several, and all are needed.</summary>
    private static bool IsMatch(AnalyzedText word, HashSet<string> wanted) =>
        word.Lexemes.Count > 0
        && word.Lexemes.SelectMany(lexeme => lexeme.Positions).All(position =>
            word.Lexemes.Any(lexeme => wanted.Contains(lexeme.Text) && lexeme.Positions.Contains(position)));

    /// <summary>Dictionaries change the ends of words, not their beginnings; but a letter that is not ASCII may be one with an accent.</summary>
    private static bool MayMatch(char first, HashSet<char> begins) => !char.IsAscii(first) || begins.Contains(char.ToLowerInvariant(first));

    private static string Mark(string text, Dictionary<string, string> matching)
    {
        var lookup = matching.GetAlternateLookup<ReadOnlySpan<char>>();
        var matches = new List<Snippet.Match>();
        foreach (var (start, end) in Words(text))
        {
            if (lookup.TryGetValue(text.AsSpan(start, end - start), out var lexeme))
            {
                matches.Add(new Snippet.Match(start, end, lexeme));
            }
        }

        return Snippet.Of(text, matches);
    }

    /// <summary>The words of a text as <see cref="SearchText"/> divides them, by where they begin and end.</summary>
    private static IEnumerable<(int Start, int End)> Words(string text)
    {
        var start = -1;
        for (var i = 0; i < text.Length;)
        {
            var kind = Rune.TryGetRuneAt(text, i, out var rune) ? SearchText.Classify(rune) : SearchText.Kind.Separator;
            var length = Math.Max(rune.Utf16SequenceLength, 1);
            switch (kind)
            {
                case SearchText.Kind.Letter or SearchText.Kind.Digit when start < 0:
                    start = i;
                    break;
                case SearchText.Kind.Character:
                    if (start >= 0)
                    {
                        yield return (start, i);
                    }

                    start = -1;
                    yield return (i, i + length);
                    break;
                case SearchText.Kind.Separator when start >= 0 && !SearchText.IsDecimalPoint(text, i):
                    yield return (start, i);
                    start = -1;
                    break;
            }

            i += length;
        }

        if (start >= 0)
        {
            yield return (start, text.Length);
        }
    }
}
