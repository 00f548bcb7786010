using Npgsql;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>A question in the lexemes by which passages are found. Whatever it says, it is words: never the operators of a query.</summary>
/// <param name="Text">The question.</param>
/// <param name="Lexemes">Its lexemes.</param>
/// <param name="Words">The lexemes of each of its words as the embedded model knows them.</param>
internal sealed record AnalysedQuestion(
    string Text, IReadOnlyList<string> Lexemes, IReadOnlyDictionary<string, IReadOnlyList<string>> Words)
{
    /// <summary>All that passages are asked for, in the order of <see cref="MemoryWords"/>.</summary>
    public IReadOnlyList<SoughtLexeme> Sought { get; } = MemoryWords.Sort(Lexemes.Concat(Words.Values.SelectMany(lexemes => lexemes)));

    public static async Task<AnalysedQuestion> AnalyseAsync(
        MessageIndexer indexer, NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in EnglishWords.In(TextFolding.Fold(text)))
        {
            words.Add(word.ToString());
        }

        var analyzed = await indexer.AnalyzeAsync([text, .. words], isForNow: true, connection, cancellationToken);
        return new AnalysedQuestion(
            text,
            LexemesOf(text),
            words.ToDictionary(word => word, LexemesOf, StringComparer.Ordinal));

        IReadOnlyList<string> LexemesOf(string words) => [.. analyzed[words].Lexemes.Select(lexeme => lexeme.Text)];
    }
}
