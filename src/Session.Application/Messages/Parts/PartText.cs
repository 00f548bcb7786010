using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SessionService.Application.Messages.Parts;

/// <summary>Texts of parts as they are read and searched.</summary>
internal static partial class PartText
{
    /// <summary>The text of a string; <see langword="null"/> where a value is no string, or a string that is not Unicode.</summary>
    public static string? Of(JsonElement json)
    {
        try
        {
            return json.ValueKind == JsonValueKind.String ? json.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A lone surrogate. Such parts are refused before anything is stored.
            return null;
        }
    }

    public static string Join(IEnumerable<string> texts) => string.Join('\n', texts.Where(text => text.Length > 0));

    /// <summary>
    /// The letters in place of the escapes of JSON. Results of tools are often the text of JSON that escapes all but ASCII, and a word that
    /// somebody looks for stands there in escapes.
    /// </summary>
    public static string Unescape(string text) =>
        text.Contains("\\u", StringComparison.Ordinal) ? Escapes().Replace(text, match => Decode(match.Value)) : text;

    private static string Decode(string escapes)
    {
        var units = new char[escapes.Length / 6];
        for (var i = 0; i < units.Length; i++)
        {
            units[i] = (char)ushort.Parse(escapes.AsSpan((6 * i) + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }

        var text = new string(units);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is 0 or 0xFFFD)
            {
                return escapes;
            }
        }

        return text;
    }

    [GeneratedRegex(@"(?:\\u[0-9a-fA-F]{4})+", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Escapes();
}
