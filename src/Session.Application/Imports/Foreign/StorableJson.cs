using System.Globalization;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// Replaces characters that cannot be stored (U+0000 and lone surrogates) with U+FFFD. A program's output quoted in a conversation may
/// contain them, and the conversation should be imported all the same.
/// </summary>
public static class StorableJson
{
    private const int EscapeLength = 6;

    /// <summary>
    /// The JSON with U+FFFD in place of characters that cannot be stored; <see langword="null"/> where the JSON has no <c>\u</c> escapes
    /// and so needs no change.
    /// </summary>
    /// <param name="utf8Json">Well-formed JSON. In it only escapes can stand for such characters.</param>
    public static byte[]? Mend(ReadOnlySpan<byte> utf8Json)
    {
        if (utf8Json.IndexOf("\\u"u8) < 0)
        {
            return null;
        }

        var json = utf8Json.ToArray();
        var at = json.AsSpan().IndexOf((byte)'\\');
        while (at >= 0)
        {
            at += json[at + 1] == 'u' ? MendEscape(json, at) : 2;
            var next = json.AsSpan(at).IndexOf((byte)'\\');
            at = next < 0 ? -1 : at + next;
        }

        return json;
    }

    /// <summary>Mends an escape, or a pair of surrogates, and returns its length.</summary>
    private static int MendEscape(byte[] json, int at)
    {
        var unit = CodeUnit(json, at);
        if (char.IsHighSurrogate(unit)
            && at + (2 * EscapeLength) <= json.Length
            && json[at + EscapeLength] == '\\'
            && json[at + EscapeLength + 1] == 'u'
            && char.IsLowSurrogate(CodeUnit(json, at + EscapeLength)))
        {
            return 2 * EscapeLength;
        }

        if (unit == '\0' || char.IsSurrogate(unit))
        {
            "fffd"u8.CopyTo(json.AsSpan(at + 2));
        }

        return EscapeLength;
    }

    private static char CodeUnit(byte[] json, int at) =>
        (char)ushort.Parse(json.AsSpan(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
