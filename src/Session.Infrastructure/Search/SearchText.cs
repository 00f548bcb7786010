using System.Globalization;
using System.Text;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Prepares text for PostgreSQL's parser, so that results do not depend on the locale of the database: folded words with single spaces
/// between them. Each symbol, and each character of a script without spaces, becomes a word of its own, under a name that is a word in
/// every locale. PostgreSQL's parser alone makes one word of a Chinese sentence, drops emoji, drops text in <c>&lt;&gt;</c> as a tag, and
/// keeps paths whole.
/// </summary>
internal static class SearchText
{
    // Before the code point of a character that is its own word.
    private const string CharacterPrefix = "qz";

    /// <summary>What a code point is to the index.</summary>
    private enum Kind
    {
        /// <summary>Between words.</summary>
        Separator,

        /// <summary>A part of a word; a full stop between two digits is as well.</summary>
        Letter,

        /// <summary>A word of its own.</summary>
        Character,
    }

    /// <summary>The words of a text, with a space between.</summary>
    public static string Normalize(string text) => Join(TextFolding.Fold(text));

    /// <summary>The words of a folded text, with a space between.</summary>
    public static string Join(ReadOnlySpan<char> folded)
    {
        var joined = new StringBuilder(folded.Length);
        foreach (var word in In(folded))
        {
            joined.Append(joined.Length > 0 ? " " : "");
            AppendWord(joined, folded[word]);
        }

        return joined.ToString();
    }

    /// <summary>The words of a folded text, by their places.</summary>
    public static Enumerator In(ReadOnlySpan<char> folded) => new(folded);

    private static void AppendWord(StringBuilder words, ReadOnlySpan<char> word)
    {
        Rune.DecodeFromUtf16(word, out var rune, out _);
        if (Classify(rune) == Kind.Character)
        {
            words.Append(CharacterPrefix).Append(rune.Value.ToString("x", CultureInfo.InvariantCulture));
            return;
        }

        words.Append(word);
    }

    private static Kind Classify(Rune rune)
    {
        if (rune.IsAscii)
        {
            return Rune.IsLetterOrDigit(rune) ? Kind.Letter : Kind.Separator;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                IsWithoutSpaces(rune.Value) ? Kind.Character : Kind.Letter,
            UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned => Kind.Character,
            _ => Kind.Separator,
        };
    }

    private static bool IsDecimalPoint(ReadOnlySpan<char> text, int index) =>
        text[index] == '.'
        && index > 0
        && index + 1 < text.Length
        && char.IsAsciiDigit(text[index - 1])
        && char.IsAsciiDigit(text[index + 1]);

    // Thai, Lao, Tibetan, Burmese, Khmer; Hangul, whose words carry endings; kana; Han.
    private static bool IsWithoutSpaces(int value) => value is
        (>= 0x0E00 and <= 0x109F) or (>= 0x1100 and <= 0x11FF) or (>= 0x1780 and <= 0x17FF)
        or (>= 0x2E80 and <= 0x2FDF) or (>= 0x3005 and <= 0x30FF) or (>= 0x3100 and <= 0x318F) or (>= 0x31A0 and <= 0x31FF)
        or (>= 0x3400 and <= 0x9FFF) or (>= 0xA000 and <= 0xA4CF) or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7FF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF66 and <= 0xFFDC) or (>= 0x1B000 and <= 0x1B2FF) or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Goes from word to word.</summary>
    internal ref struct Enumerator(ReadOnlySpan<char> folded)
    {
        private readonly ReadOnlySpan<char> _folded = folded;
        private int _next;

        public Range Current { get; private set; }

        public readonly Enumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            var start = -1;
            while (_next < _folded.Length)
            {
                var (kind, length) = At(_next);
                if (kind == Kind.Character && start < 0)
                {
                    Current = _next..(_next += length);
                    return true;
                }

                if (kind != Kind.Letter && start >= 0)
                {
                    break;
                }

                start = kind == Kind.Letter && start < 0 ? _next : start;
                _next += length;
            }

            Current = Math.Max(start, 0).._next;
            return start >= 0;
        }

        private readonly (Kind Kind, int Length) At(int index)
        {
            if (char.IsAscii(_folded[index]))
            {
                return (char.IsAsciiLetterOrDigit(_folded[index]) || IsDecimalPoint(_folded, index) ? Kind.Letter : Kind.Separator, 1);
            }

            Rune.DecodeFromUtf16(_folded[index..], out var rune, out var length);
            return (Classify(rune), length);
        }
    }
}
