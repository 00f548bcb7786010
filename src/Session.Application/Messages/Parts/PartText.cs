using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>Texts of parts as they are read and searched.</summary>
internal static class PartText
{
    private const string Escape = "\\u";
    private const int EscapeLength = 6;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

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
        text.Contains(Escape, StringComparison.Ordinal) ? DecodeAll(text) : text;

    private static string DecodeAll(string text)
    {
        var decoded = new StringBuilder(text.Length);
        var from = 0;
        for (var at = text.IndexOf(Escape, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Escape, from, StringComparison.Ordinal))
        {
            decoded.Append(text, from, at - from);
            var end = at;
            while (IsEscape(text, end))
            {
                end += EscapeLength;
            }

            // Pairs of surrogates stand in two escapes, so those that follow each other are read together.
            from = end > at ? end : at + Escape.Length;
            decoded.Append(end > at ? Decode(text[at..end]) : Escape);
        }

        return decoded.Append(text, from, text.Length - from).ToString();
    }

    private static bool IsEscape(string text, int at) =>
        text.Length - at >= EscapeLength
        && text.AsSpan(at).StartsWith(Escape, StringComparison.Ordinal)
        && text.AsSpan(at + Escape.Length, EscapeLength - Escape.Length).IndexOfAnyExcept(HexDigits) < 0;

    private static string Decode(string escapes)
    {
        var units = new char[escapes.Length / EscapeLength];
        for (var i = 0; i < units.Length; i++)
        {
            var digits = escapes.AsSpan((EscapeLength * i) + Escape.Length, EscapeLength - Escape.Length);
            units[i] = (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
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
}
