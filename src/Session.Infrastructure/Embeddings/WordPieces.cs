using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Splits texts into the word pieces that BERT's uncased models know: words in lower case without accents, punctuation apart, each word by
/// its longest known beginnings.
/// </summary>
/// <remarks>
/// By hand: the tokenizer of Microsoft.ML.Tokenizers leaves accents where the service runs without ICU, and does not split "+" and other
/// symbols off.
/// </remarks>
internal sealed class WordPieces
{
    private const string Beginning = "[CLS]";
    private const string End = "[SEP]";
    private const string Unknown = "[UNK]";
    private const string Continued = "##";

    // A longer word is unknown altogether.
    private const int MaxWordCharacters = 100;

    // With the marks of beginning and end.
    private const int Marks = 2;

    private readonly FrozenDictionary<string, int> _vocabulary;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _beginnings;
    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _continuations;

    /// <param name="vocabulary">The pieces in the order of their numbers, as in <c>vocab.txt</c>.</param>
    public WordPieces(IEnumerable<string> vocabulary)
    {
        var pieces = vocabulary.Select((piece, number) => KeyValuePair.Create(piece, number)).ToList();
        _vocabulary = pieces.ToFrozenDictionary(StringComparer.Ordinal);
        _beginnings = _vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _continuations = pieces.Where(piece => piece.Key.StartsWith(Continued, StringComparison.Ordinal))
            .ToFrozenDictionary(piece => piece.Key[Continued.Length..], piece => piece.Value, StringComparer.Ordinal)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The beginning of a text, in at most so many pieces, with the marks of beginning and end.</summary>
    public SplitText Split(string text, int most)
    {
        var splitting = new Splitting(this, most - Marks);
        foreach (var rune in text.EnumerateRunes())
        {
            if (splitting.IsFull)
            {
                break;
            }

            splitting.Add(rune);
        }

        return splitting.Finish();
    }

    private static bool IsSpace(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r' || Rune.GetUnicodeCategory(rune) is UnicodeCategory.SpaceSeparator;

    // All signs of ASCII are punctuation here, "+" and "$" too. Other symbols, such as emoji, stand alone as well, so that a word beside
    // one stays known.
    private static bool StandsAlone(Rune rune) => rune.IsAscii
        ? !Rune.IsLetterOrDigit(rune) && !Rune.IsControl(rune)
        : Rune.IsPunctuation(rune) || Rune.IsSymbol(rune) || IsIdeograph(rune.Value);

    private static bool IsIdeograph(int value) =>
        value is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x2FA1F);

    private ref struct Splitting(WordPieces pieces, int most)
    {
        private readonly List<int> _numbers = [pieces._vocabulary[Beginning]];
        private readonly List<string> _words = [];
        private readonly StringBuilder _word = new();
        private int _piecesOfWords;
        private int _unknown;

        public readonly bool IsFull => _numbers.Count > most;

        public void Add(Rune rune)
        {
            if (IsSpace(rune))
            {
                AddWord();
            }
            else if (rune.IsAscii && Rune.IsLetterOrDigit(rune))
            {
                _word.Append(char.ToLowerInvariant((char)rune.Value));
            }
            else if (StandsAlone(rune))
            {
                AddWord();
                AddAlone(rune);
            }
            else if (!IsDropped(rune))
            {
                _word.Append(Rune.IsLetter(rune) ? TextFolding.Fold(rune.ToString()) : rune.ToString());
            }
        }

        public SplitText Finish()
        {
            AddWord();
            if (IsFull)
            {
                _numbers.RemoveRange(most + 1, _numbers.Count - most - 1);
            }

            _numbers.Add(pieces._vocabulary[End]);
            return new SplitText([.. _numbers], _words, _piecesOfWords, _unknown);
        }

        // Control characters and the like, and accents that stand behind their letters.
        private static bool IsDropped(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.NonSpacingMark;

        private void AddWord()
        {
            if (_word.Length > 0 && !IsFull)
            {
                var word = _word.ToString();
                var before = _numbers.Count;
                _unknown += TryAddPieces(word) ? 0 : 1;
                _piecesOfWords += _numbers.Count - before;
                _words.Add(word);
            }

            _word.Clear();
        }

        private readonly void AddAlone(Rune rune)
        {
            Span<char> characters = stackalloc char[2];
            if (!IsFull)
            {
                TryAddPieces(characters[..rune.EncodeToUtf16(characters)]);
            }
        }

        /// <summary>False where the word is unknown, and has the piece that says so.</summary>
        private readonly bool TryAddPieces(ReadOnlySpan<char> word)
        {
            var before = _numbers.Count;
            var isKnown = word.Length <= MaxWordCharacters;
            for (var start = 0; start < word.Length && isKnown;)
            {
                var lookup = start == 0 ? pieces._beginnings : pieces._continuations;
                var end = word.Length;
                var number = 0;
                while (end > start && !lookup.TryGetValue(word[start..end], out number))
                {
                    end--;
                }

                isKnown = end > start;
                _numbers.Add(number);
                start = end;
            }

            if (!isKnown)
            {
                _numbers.RemoveRange(before, _numbers.Count - before);
                _numbers.Add(pieces._vocabulary[Unknown]);
            }

            return isKnown;
        }
    }
}

/// <summary>The beginning of a text in word pieces.</summary>
/// <param name="Pieces">The numbers of the pieces.</param>
/// <param name="Words">The words that they make up, without punctuation and symbols.</param>
/// <param name="PiecesOfWords">How many pieces these words have.</param>
/// <param name="UnknownWords">How many of the words are unknown.</param>
internal sealed record SplitText(int[] Pieces, IReadOnlyList<string> Words, int PiecesOfWords, int UnknownWords);
