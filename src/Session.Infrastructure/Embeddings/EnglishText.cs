using System.Collections.Frozen;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>Tells whether a text is English, the one language that the sentence model was trained on.</summary>
internal static class EnglishText
{
    // Names, emoji and what is quoted are in English texts too.
    private const double MostForeignLetters = 0.2;
    private const double MostUnknownWords = 0.1;

    // Of English sentences a third and more are stop words, of German or French ones every twentieth word looks like an English one.
    private const double LeastStopWords = 0.15;

    // Headlines and lists have few stop words, but words that the vocabulary has as a whole.
    private const double MostPiecesOfWord = 1.5;

    // Frequent words of other languages in Latin letters, without those that are English words too.
    private static readonly FrozenSet<string> ForeignWords =
        """
        al als auf aus avec ben bir che com con das de dei del della dem den der des det di du e een ein eine el em en ein es est et ett fur
        het i ich ik il ist je jeg jest jag la las le les lo los ma mi mit na nao ne nicht nie non och og para pas per pero por pour que qui
        se si som sono su sur te tu um uma un una une und van ve voor vous von y yo zu z w
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Where(word => !EnglishWords.IsStopWord(word))
        .ToFrozenSet(StringComparer.Ordinal);

    public static bool IsEnglish(SplitText text)
    {
        var words = text.Words.Count;
        if (words == 0 || text.UnknownWords > MostUnknownWords * words)
        {
            return false;
        }

        var (letters, foreign) = (0, 0);
        foreach (var character in text.Words.SelectMany(word => word))
        {
            letters++;
            foreign += char.IsAscii(character) ? 0 : 1;
        }

        var stopWords = text.Words.Count(EnglishWords.IsStopWord);
        return foreign <= MostForeignLetters * letters
            && text.Words.Count(ForeignWords.Contains) <= stopWords
            && (stopWords >= LeastStopWords * words || text.PiecesOfWords <= MostPiecesOfWord * words);
    }
}
