using System.Globalization;

namespace SessionService.FoldingTable;

/// <summary>A line of UnicodeData.txt.</summary>
/// <param name="CodePoint">The character.</param>
/// <param name="Name">Its name.</param>
/// <param name="Category">Its general category, two letters.</param>
/// <param name="CombiningClass">0 for all but marks.</param>
/// <param name="Decomposition">One step of it; empty where there is none.</param>
/// <param name="IsCanonical">Whether the decomposition is a canonical one.</param>
/// <param name="Digit">The value of a decimal digit.</param>
/// <param name="Upper">The character in upper case, where that is another one.</param>
/// <param name="Lower">The character in lower case, where that is another one.</param>
internal sealed record UnicodeCharacter(
    int CodePoint,
    string Name,
    string Category,
    int CombiningClass,
    IReadOnlyList<int> Decomposition,
    bool IsCanonical,
    int? Digit,
    int? Upper,
    int? Lower)
{
    public static Dictionary<int, UnicodeCharacter> ReadAll(IEnumerable<string> lines) =>
        lines.Select(line => Parse(line.Split(';'))).ToDictionary(character => character.CodePoint);

    private static UnicodeCharacter Parse(string[] fields)
    {
        var isCompatibility = fields[5].StartsWith('<');
        var decomposition = fields[5].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(isCompatibility ? 1 : 0);
        return new UnicodeCharacter(
            Hex(fields[0]),
            fields[1],
            fields[2],
            int.Parse(fields[3], CultureInfo.InvariantCulture),
            [.. decomposition.Select(Hex)],
            !isCompatibility,
            Optional(fields[6], text => int.Parse(text, CultureInfo.InvariantCulture)),
            Optional(fields[12], Hex),
            Optional(fields[13], Hex));
    }

    private static int? Optional(string text, Func<string, int> parse) => text.Length == 0 ? null : parse(text);

    private static int Hex(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
