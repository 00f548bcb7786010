using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>The lexemes of a question. All of its text is words: it has no operators.</summary>
/// <param name="Text">The question.</param>
/// <param name="Lexemes">Its lexemes.</param>
/// <param name="Words">The words as the embedded model knows them, each with its lexemes.</param>
/// <param name="OnlyAsking">Lexemes that belong to the asking, and say little of what is asked for.</param>
internal sealed record AnalysedQuestion(
    string Text,
    IReadOnlyList<string> Lexemes,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Words,
    IReadOnlySet<string> OnlyAsking)
{
    /// <summary>All lexemes that passages are searched for, in the order of <see cref="MemoryWords"/>.</summary>
    public IReadOnlyList<SoughtLexeme> Sought { get; } = MemoryWords.Sort(Lexemes.Concat(Words.Values.SelectMany(lexemes => lexemes)));

    public static async Task<AnalysedQuestion> AnalyseAsync(
        MessageIndexer indexer, Sql sql, string text, string askingWords, CancellationToken cancellationToken)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var word in EnglishWords.In(TextFolding.Fold(text)))
        {
            words.Add(word.ToString());
        }

        var analyzed = await indexer.AnalyzeAsync([text, askingWords, .. words], isForNow: true, sql, cancellationToken);
        return new AnalysedQuestion(
            text,
            LexemesOf(text),
            words.ToDictionary(word => word, LexemesOf, StringComparer.Ordinal),
            LexemesOf(askingWords).ToHashSet(StringComparer.Ordinal));

        IReadOnlyList<string> LexemesOf(string words) => [.. analyzed[words].Lexemes.Select(lexeme => lexeme.Text)];
    }
}
