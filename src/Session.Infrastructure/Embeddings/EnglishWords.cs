using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>The words of a text as the shipped model knows them: folded, without possessives, contractions and stop words.</summary>
internal static partial class EnglishWords
{
    // Those of PostgreSQL's "english" configuration, and what is left of contractions.
    private static readonly FrozenSet<string> StopWords =
        """
        i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself they
        them their theirs themselves what which who whom this that these those am is are was were be been being have has had having do does
        did doing a an the and but if or because as until while of at by for with about against between into through during before after
        above below to from up down in out on off over under again further then once here there when where why how all any both each few
        more most other some such no nor not only own same so than too very s t can will just don should now d ll m re ve
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    [GeneratedRegex("[a-z0-9]+(?:'[a-z]+)?", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Word { get; }

    public static bool IsStopWord(string word) => StopWords.Contains(word);

    /// <summary>The words of a folded text, stop words and unknown ones among them.</summary>
    public static Enumerator In(string folded) => new(folded);

    // "caroline's" is caroline and "we've" we. What ends in "n't" is an auxiliary verb altogether: of "won't" nothing is left.
    private static ReadOnlySpan<char> Strip(ReadOnlySpan<char> word)
    {
        var apostrophe = word.IndexOf('\'');
        return apostrophe < 0 ? word : word.EndsWith("n't") ? [] : word[..apostrophe];
    }

    /// <summary>Goes from word to word without a string for each.</summary>
    internal ref struct Enumerator(string folded)
    {
        private readonly ReadOnlySpan<char> _text = folded;
        private Regex.ValueMatchEnumerator _matches = Word.EnumerateMatches(folded);

        public ReadOnlySpan<char> Current { get; private set; }

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_matches.MoveNext())
            {
                Current = Strip(_text.Slice(_matches.Current.Index, _matches.Current.Length));
                if (!Current.IsEmpty)
                {
                    return true;
                }
            }

            return false;
        }
    }
}
