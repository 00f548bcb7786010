using System.Globalization;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// JSON of others may spell texts that cannot be stored, U+0000 and lone surrogates, as programs' output in a conversation does. A
/// conversation is not lost for that: U+FFFD stands in their place.
/// </summary>
public static class StorableJson
{
    private const int EscapeLength = 6;

    /// <summary>
    /// The JSON with U+FFFD for what cannot be stored; <see langword="null"/> where no escape is in it that could spell such.
    /// </summary>
    /// <param name="utf8Json">Well-formed JSON; only escapes can spell what cannot be stored.</param>
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

    /// <summary>Looks at an escape, or at two that are a pair, and tells how long it is.</summary>
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
