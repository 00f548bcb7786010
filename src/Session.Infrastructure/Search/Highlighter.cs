using SessionService.Infrastructure.Folding;
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
        var folded = texts.Select(TextFolding.FoldWithOrigins).ToList();
        var begins = query.Wanted.Select(word => word.Begin).ToHashSet();
        var wanted = query.Wanted;
        var matching = await FindAsync(sql, folded, first => MayMatch(first, begins), wanted, cancellationToken);
        var matches = folded.ConvertAll(text => Find(text, matching));

        // Some dictionaries change even the beginning of a word: a hit that shows none of its words is looked through word by word.
        var unmarked = folded.Where((_, i) => matches[i].Count == 0).ToList();
        if (unmarked.Count > 0 && wanted.Count > 0)
        {
            matching = await FindAsync(sql, unmarked, _ => true, wanted, cancellationToken);
            matches = [.. matches.Select((some, i) => some.Count == 0 ? Find(folded[i], matching) : some)];
        }

        return [.. texts.Zip(matches, Snippet.Of)];
    }

    /// <summary>The words of texts that match, each with the lexeme by which it does.</summary>
    private async Task<Dictionary<string, string>> FindAsync(
        Sql sql,
        List<FoldedText> texts,
        Predicate<char> mayBegin,
        IReadOnlyList<QueryNode.Word> wanted,
        CancellationToken cancellationToken)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        var known = words.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (text, _) in texts)
        {
            foreach (var word in SearchText.In(text))
            {
                if (words.Count < MaxWords && mayBegin(text[word.Start]))
                {
                    known.Add(text.AsSpan(word));
                }
            }
        }

        var analyzed = await indexer.AnalyzeAsync(words, isForNow: true, sql, cancellationToken);
        var matching = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (word, lexemes) in analyzed)
        {
            if (FindMatch([.. lexemes.Lexemes, .. lexemes.Written], wanted) is { } lexeme)
            {
                matching.Add(word, lexeme);
            }
        }

        return matching;
    }

    /// <summary>
    /// The lexeme by which a word matches. A word may have several meanings, and any will do; or consist of several, and all are needed.
    /// </summary>
    private static string? FindMatch(List<Lexeme> word, IReadOnlyList<QueryNode.Word> wanted)
    {
        var matching = word.FindAll(lexeme => wanted.Any(sought => sought.Matches(lexeme.Text)));
        var isMatch = word.SelectMany(lexeme => lexeme.Positions).All(position =>
            matching.Exists(lexeme => lexeme.Positions.Contains(position)));
        return isMatch && matching.Count > 0 ? matching[0].Text : null;
    }

    /// <summary>Most dictionaries change the ends of words, not their beginnings; but some characters have a name of their own.</summary>
    private static bool MayMatch(char first, HashSet<char> begins) => !char.IsAscii(first) || begins.Contains(first);

    private static List<Snippet.Match> Find(FoldedText folded, Dictionary<string, string> matching)
    {
        var lookup = matching.GetAlternateLookup<ReadOnlySpan<char>>();
        var matches = new List<Snippet.Match>();
        var marked = 0;
        foreach (var word in SearchText.In(folded.Text))
        {
            if (lookup.TryGetValue(folded.Text.AsSpan(word), out var lexeme))
            {
                // One character may be several words, as ½ is 1 and 2.
                var (start, end) = folded.OriginOf(word.Start.Value, word.End.Value);
                if (Math.Max(start, marked) is var rest && rest < end)
                {
                    matches.Add(new Snippet.Match(rest, end, lexeme));
                    marked = end;
                }
            }
        }

        return matches;
    }
}
