using System.Globalization;
using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>
/// Prepares text for PostgreSQL's parser, so that the same is found whatever the database's locale: words in lower case without accents,
/// with nothing but spaces between; and a word of its own for each character of scripts without spaces and for each symbol, under a name
/// that every locale takes for a word. PostgreSQL's parser alone takes a Chinese sentence for one word, drops emoji, and what stands in
/// <c>&lt;&gt;</c> as a tag, and keeps paths whole.
/// </summary>
internal static class SearchText
{
    // Before the code point of a character that is its own word.
    private const string CharacterPrefix = "qz";

    private const int Space = ' ';

    /// <summary>What a code point is to the index.</summary>
    public enum Kind
    {
        /// <summary>Between words.</summary>
        Separator,

        /// <summary>A part of a word.</summary>
        Letter,

        /// <summary>A part of a word; a full stop between two of them is as well.</summary>
        Digit,

        /// <summary>A word of its own.</summary>
        Character,

        /// <summary>As if it were not there: accents, joiners, variants of emoji.</summary>
        Ignored,
    }

    /// <summary>The words of a text, with a space between.</summary>
    /// <param name="decomposed">The text in Unicode's form NFKD, or any ASCII.</param>
    public static string Normalize(ReadOnlySpan<char> decomposed)
    {
        var words = new StringBuilder(decomposed.Length);
        var isCyrillic = false;
        for (var i = 0; i < decomposed.Length;)
        {
            Rune.DecodeFromUtf16(decomposed[i..], out var rune, out var length);
            switch (Classify(rune, isCyrillic))
            {
                case Kind.Letter or Kind.Digit:
                    Append(words, Rune.ToLowerInvariant(rune));
                    isCyrillic = rune.Value is >= 0x0400 and <= 0x052F || (isCyrillic && rune.Value is >= 0x0300 and <= 0x036F);
                    break;
                case Kind.Character:
                    BeginWord(words);
                    words.Append(CharacterPrefix).Append(rune.Value.ToString("x", CultureInfo.InvariantCulture)).Append(' ');
                    break;
                case Kind.Separator when IsDecimalPoint(decomposed, i):
                    words.Append('.');
                    break;
                case Kind.Separator:
                    BeginWord(words);
                    break;
            }

            i += length;
        }

        return words.ToString().TrimEnd();
    }

    /// <summary>What a code point is, after a Cyrillic letter or another.</summary>
    public static Kind Classify(Rune rune, bool isAfterCyrillic = false)
    {
        var value = rune.Value;
        if (rune.IsAscii)
        {
            return Rune.IsDigit(rune) ? Kind.Digit : Rune.IsLetter(rune) ? Kind.Letter : Kind.Separator;
        }

        if (IsIgnored(value, isAfterCyrillic))
        {
            return Kind.Ignored;
        }

        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.DecimalDigitNumber => Kind.Digit,
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
                or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                IsWithoutSpaces(value) ? Kind.Character : Kind.Letter,
            UnicodeCategory.OtherSymbol or UnicodeCategory.MathSymbol or UnicodeCategory.CurrencySymbol or UnicodeCategory.PrivateUse
                or UnicodeCategory.OtherNotAssigned => Kind.Character,
            _ => Kind.Separator,
        };
    }

    /// <summary>Whether a full stop belongs to a number.</summary>
    public static bool IsDecimalPoint(ReadOnlySpan<char> text, int index) =>
        text[index] == '.' && index > 0 && index + 1 < text.Length && char.IsAsciiDigit(text[index - 1]) && char.IsAsciiDigit(text[index + 1]);

    // Latin, Greek, Hebrew and Arabic are read without their accents and points; to Cyrillic й and ё are letters.
    private static bool IsIgnored(int value, bool isAfterCyrillic) => value switch
    {
        >= 0x0300 and <= 0x036F => !isAfterCyrillic,
        >= 0x0591 and <= 0x05C7 or >= 0x064B and <= 0x065F or 0x0670 => true,
        0x00AD or 0x200C or 0x200D or 0x2060 or 0xFEFF => true,
        >= 0x20D0 and <= 0x20FF or >= 0xFE00 and <= 0xFE0F or >= 0x1F3FB and <= 0x1F3FF or >= 0xE0000 and <= 0xE0FFF => true,
        _ => false,
    };

    // Thai, Lao, Tibetan, Burmese, Khmer; Hangul, whose words carry endings; kana; Han.
    private static bool IsWithoutSpaces(int value) => value is
        (>= 0x0E00 and <= 0x109F) or (>= 0x1100 and <= 0x11FF) or (>= 0x1780 and <= 0x17FF)
        or (>= 0x2E80 and <= 0x2FDF) or (>= 0x3005 and <= 0x30FF) or (>= 0x3100 and <= 0x318F) or (>= 0x31A0 and <= 0x31FF)
        or (>= 0x3400 and <= 0x9FFF) or (>= 0xA000 and <= 0xA4CF) or (>= 0xA960 and <= 0xA97F) or (>= 0xAC00 and <= 0xD7FF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0xFF66 and <= 0xFFDC) or (>= 0x1B000 and <= 0x1B2FF) or (>= 0x20000 and <= 0x3FFFF);

    private static void Append(StringBuilder words, Rune rune)
    {
        // Full case folding where it matters: a word in capitals has SS.
        if (rune.Value == 'ß')
        {
            words.Append("ss");
            return;
        }

        Span<char> chars = stackalloc char[2];
        words.Append(chars[..rune.EncodeToUtf16(chars)]);
    }

    private static void BeginWord(StringBuilder words)
    {
        if (words.Length > 0 && words[^1] != Space)
        {
            words.Append(' ');
        }
    }
}
