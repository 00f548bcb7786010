using System.Globalization;
using System.Text.RegularExpressions;

namespace SessionService.FoldingTable;

/// <summary>The folding of each character. Characters that people take for the same when they search fold to the same.</summary>
internal sealed partial class FoldingRules(IReadOnlyDictionary<int, UnicodeCharacter> characters)
{
    private const int LastAscii = 0x7F;

    // Characters whose folding neither a decomposition nor a name tells, a line each: letters that have no accent to drop; letters that look
    // like an apostrophe, for which people type an apostrophe; Arabic: alef with wasla or hamza, a hamza alone, the yeh, kaf and heh of Persian,
    // Urdu and Arabic, and tatweel, which stretches a word; signs in numbers.
    private static readonly Dictionary<int, string> Others =
        """
        00DF=ss 00E6=ae 0153=oe 00F0=d 00FE=th 014B=n 0138=q 0237=j A733=aa A735=ao A737=au A739=av A73D=ay A74F=oo A729=tz A761=vy
        02B9=' 02BA=' 02BB=' 02BC=' 02BD=' 02BE=' 02BF='
        0671=ا 0672=ا 0673=ا 0674= 0649=ي 06CC=ي 06A9=ك 06AA=ك 0629=ه 06BE=ه 06C1=ه 06C3=ه 06D5=ه 0640=
        066B=. 2044=/ 2215=/
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Select(pair => pair.Split('='))
            .ToDictionary(pair => int.Parse(pair[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), pair => pair[1]);

    // Letters of their own, whatever they decompose into: й, ў, ї. Dictionaries know words by them.
    private static readonly HashSet<int> Letters = [0x0439, 0x045E, 0x0457];

    // The marks that make が of か and ぱ of は.
    private static readonly HashSet<int> VoicedSoundMarks = [0x3099, 0x309A];

    // Vowels of Thai, Lao and Tibetan, which are marks by their class alone.
    private static readonly HashSet<int> Vowels = [103, 118, 129, 130, 132];

    // Seen by nobody: joiners, marks of direction, variants, tags; the colours of skin.
    private static readonly (int First, int Last)[] Invisible =
    [
        (0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x180B, 0x180F), (0x200C, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F),
        (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0x1F3FB, 0x1F3FF), (0xE0000, 0xE0FFF),
    ];

    // ㄱ alone is shown, and typed, as it is; the parts of a syllable are others.
    private static readonly (int First, int Last) CompatibilityJamo = (0x3131, 0x318E);

    [GeneratedRegex("^LATIN SMALL LETTER (?<letter>[A-Z]) WITH ", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex LetterWithMore { get; }

    /// <summary>The characters beyond ASCII that are folded to others.</summary>
    public IEnumerable<(int CodePoint, string Folded)> Replaced =>
        Known.Select(codePoint => (codePoint, Folded: Fold(codePoint)))
            .Where(folding => folding.Folded.Length > 0 && !string.Equals(folding.Folded, char.ConvertFromUtf32(folding.codePoint), StringComparison.Ordinal));

    /// <summary>Runs of characters that are folded to nothing.</summary>
    public IEnumerable<(int First, int Last)> Removed =>
        Known.Where(codePoint => Fold(codePoint).Length == 0)
            .Select((codePoint, i) => (codePoint, Run: codePoint - i))
            .GroupBy(one => one.Run, one => one.codePoint)
            .Select(run => (run.First(), run.Last()));

    /// <summary>Letters that a letter makes together with a mark which is folded to nothing everywhere else.</summary>
    public IEnumerable<(int Letter, int Mark, int Composed)> Compositions =>
        characters.Values
            .Where(IsKept)
            .Select(character => (character.Decomposition[0], character.Decomposition[1], character.CodePoint));

    /// <summary>Marks that are folded to themselves and have a place among others.</summary>
    public IEnumerable<(int Mark, int Class)> Ordered =>
        characters.Values
            .Where(character => Vowels.Contains(character.CombiningClass) && string.Equals(Fold(character.CodePoint), char.ConvertFromUtf32(character.CodePoint), StringComparison.Ordinal))
            .Select(character => (character.CodePoint, character.CombiningClass));

    private IEnumerable<int> Known =>
        characters.Keys.Concat(Invisible.SelectMany(range => Enumerable.Range(range.First, range.Last - range.First + 1)))
            .Where(codePoint => codePoint > LastAscii && codePoint is < 0xD800 or > 0xDFFF)
            .Distinct().Order();

    private string Fold(int codePoint)
    {
        if (Others.TryGetValue(codePoint, out var other))
        {
            return string.Concat(other.EnumerateRunes().Select(rune => Fold(rune.Value, from: codePoint)));
        }

        if (Invisible.Any(range => codePoint >= range.First && codePoint <= range.Last))
        {
            return "";
        }

        if (!characters.TryGetValue(codePoint, out var character))
        {
            return char.ConvertFromUtf32(codePoint);
        }

        // First to lower case, by way of upper case: both of a letter's forms in lower case, as σ and ς, have one there.
        if (Lower(character) is var lower && lower != codePoint)
        {
            return Fold(lower);
        }

        if (character.Digit is { } digit)
        {
            return digit.ToString(CultureInfo.InvariantCulture);
        }

        if (IsMark(character))
        {
            return "";
        }

        if (character.Decomposition.Count > 0 && !IsKept(character) && !IsPartOfHangul(character))
        {
            return string.Concat(character.Decomposition.Select(part => part == codePoint ? char.ConvertFromUtf32(part) : FoldPart(part)));
        }

        return LetterWithMore.Match(character.Name) is { Success: true } match
            ? match.Groups["letter"].Value.ToLowerInvariant()
            : char.ConvertFromUtf32(codePoint);
    }

    private string Fold(int codePoint, int from) => codePoint == from ? char.ConvertFromUtf32(codePoint) : Fold(codePoint);

    // The halfwidth form of a mark remains one, for the letter before it.
    private string FoldPart(int codePoint) =>
        VoicedSoundMarks.Contains(codePoint) ? char.ConvertFromUtf32(codePoint) : Fold(codePoint);

    private int Lower(UnicodeCharacter character) =>
        character.Upper is { } upper && characters[upper].Lower is { } lower ? lower : character.Lower ?? character.CodePoint;

    private static bool IsMark(UnicodeCharacter character) =>
        string.Equals(character.Category, "Me", StringComparison.Ordinal)
        || (character.Category.StartsWith('M') && character.CombiningClass > 0 && !Vowels.Contains(character.CombiningClass));

    private static bool IsKept(UnicodeCharacter character) =>
        Letters.Contains(character.CodePoint)
        || (character is { IsCanonical: true, Decomposition.Count: 2 } && VoicedSoundMarks.Contains(character.Decomposition[1]));

    private static bool IsPartOfHangul(UnicodeCharacter character) =>
        character.CodePoint >= CompatibilityJamo.First && character.CodePoint <= CompatibilityJamo.Last;
}
