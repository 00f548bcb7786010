using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Search;

/// <summary>Reads a query in the syntax of web searches.</summary>
internal sealed class QueryReader(TextAnalyzer analyzer, MessageIndexer indexer)
{
    /// <summary>
    /// What a query asks for. PostgreSQL leaves stop words out. A query that asks for nothing else asks for its stop words as they are
    /// written.
    /// </summary>
    public async Task<ReadQuery> ReadAsync(Sql sql, string text, CancellationToken cancellationToken)
    {
        var prepared = SearchQueryText.Read(text);
        var words = await indexer.AnalyzeAsync(prepared.Words.Select(word => word.Text), isForNow: true, sql, cancellationToken);
        var query = await TextAnalyzer.ParseAsync(sql, prepared.Text, analyzer.Language, cancellationToken);
        var isOfStopWords = (query is null || query.Wanted.Count == 0) && words.Values.Any(IsStopWord);
        if (isOfStopWords)
        {
            query = await TextAnalyzer.ParseAsync(sql, prepared.Text, TextAnalyzer.AsWritten, cancellationToken);
            query = query?.Map(term =>
                prepared.Prefixes.ContainsKey(term.Text) ? term : ByLexemes(term, words.GetValueOrDefault(term.Text)));
        }

        query = query?.Map(term => prepared.Prefixes.TryGetValue(term.Text, out var prefix) ? new QueryNode.Prefix(prefix) : term);
        var ignored = prepared.Words
            .Where(word => words[word.Text].Lexemes.Count == 0 && !(isOfStopWords && IsStopWord(words[word.Text])))
            .Select(word => word.Given)
            .Concat(prepared.Unknown);
        return new ReadQuery(query, [.. ignored.Distinct(StringComparer.Ordinal)]);
    }

    private static bool IsStopWord(AnalyzedText word) => word.Lexemes.Count == 0 && word.Written.Count > 0;

    private static QueryNode ByLexemes(QueryNode.Term word, AnalyzedText? analyzed) =>
        (analyzed?.Lexemes is { Count: > 0 } lexemes ? lexemes.Select(lexeme => lexeme.Text) : [AnalyzedText.WrittenMark + word.Text])
            .Select(lexeme => (QueryNode)new QueryNode.Term(lexeme))
            .Aggregate((left, right) => new QueryNode.Or(left, right));
}

/// <param name="Query">The condition; <see langword="null"/> where the query has no word.</param>
/// <param name="IgnoredWords">The words that are not searched, as the query has them.</param>
internal sealed record ReadQuery(TextQuery? Query, IReadOnlyList<string> IgnoredWords);
