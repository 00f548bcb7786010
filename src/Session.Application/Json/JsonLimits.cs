using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SessionService.Application.Json;

/// <summary>
/// The limits of free JSON: <c>jsonb</c> must be able to store it, and it must not grow much when stored (jsonb writes <c>1e100000</c> out
/// as 100,001 digits).
/// </summary>
public static class JsonLimits
{
    /// <summary>The deepest nesting of objects and arrays, including the request's object.</summary>
    public const int MaxDepth = 64;

    /// <summary>Digits before the point of the largest binary64 number, about 1.8e308 (IEEE 754).</summary>
    public const int MaxIntegerDigits = 309;

    /// <summary>Digits after the point of the smallest binary64 number, 2^-1074 (IEEE 754).</summary>
    public const int MaxFractionDigits = 1074;

    /// <summary>Why a JSON value cannot be stored, or <see langword="null"/> when it can.</summary>
    /// <param name="utf8Json">Well-formed JSON.</param>
    /// <param name="maxBytes">The most that the value may take with its numbers written out.</param>
    public static string? Refuse(ReadOnlySpan<byte> utf8Json, int maxBytes)
    {
        var reader = new Utf8JsonReader(utf8Json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        long size = utf8Json.Length;
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Number:
                    var (integerDigits, fractionDigits) = WrittenOut(reader.ValueSpan);
                    if (integerDigits > MaxIntegerDigits || fractionDigits > MaxFractionDigits)
                    {
                        return $"must hold numbers of at most {MaxIntegerDigits} digits before and {MaxFractionDigits} after the point";
                    }

                    size += Math.Max(0, integerDigits + fractionDigits - reader.ValueSpan.Length);
                    break;

                case JsonTokenType.String or JsonTokenType.PropertyName:
                    if (RefuseText(ref reader) is { } reason)
                    {
                        return reason;
                    }

                    break;
            }
        }

        return size > maxBytes ? $"must be at most {maxBytes} bytes long" : null;
    }

    /// <summary>Why the text of a string or a member's name cannot be stored, or <see langword="null"/> when it can.</summary>
    /// <param name="reader">A reader positioned at the string or the name.</param>
    public static string? RefuseText(ref Utf8JsonReader reader)
    {
        // Only escapes can stand for U+0000 or a lone surrogate: JSON forbids a raw NUL, and the body is valid UTF-8.
        if (!reader.ValueIsEscaped)
        {
            return null;
        }

        var text = reader.ValueSpan;
        for (var at = text.IndexOf((byte)'\\'); at >= 0 && at < text.Length;)
        {
            if (text[at + 1] != (byte)'u')
            {
                at = Next(text, at + 2);
                continue;
            }

            var unit = CodeUnit(text, at);
            if (unit == '\0')
            {
                return "must not contain U+0000";
            }

            if (char.IsHighSurrogate(unit) && at + 7 < text.Length && text[at + 6] == (byte)'\\' && text[at + 7] == (byte)'u'
                && char.IsLowSurrogate(CodeUnit(text, at + 6)))
            {
                at = Next(text, at + 12);
                continue;
            }

            if (char.IsSurrogate(unit))
            {
                return "must not contain lone surrogates";
            }

            at = Next(text, at + 6);
        }

        return null;

        static int Next(ReadOnlySpan<byte> text, int from)
        {
            var offset = text[from..].IndexOf((byte)'\\');
            return offset < 0 ? text.Length : from + offset;
        }

        static char CodeUnit(ReadOnlySpan<byte> text, int escapeAt) =>
            (char)ushort.Parse(text.Slice(escapeAt + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
    }

    private static (long Integer, long Fraction) WrittenOut(ReadOnlySpan<byte> number)
    {
        var exponentAt = number.IndexOfAny((byte)'e', (byte)'E');
        long exponent = 0;
        if (exponentAt >= 0)
        {
            // An exponent that does not fit into a long is far out of range.
            var text = Encoding.ASCII.GetString(number[(exponentAt + 1)..]);
            exponent = long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var parsed)
                && Math.Abs(parsed) < int.MaxValue
                ? parsed
                : int.MaxValue;
            number = number[..exponentAt];
        }

        number = number.TrimStart((byte)'-');
        var pointAt = number.IndexOf((byte)'.');
        long integer = pointAt < 0 ? number.Length : pointAt;
        long fraction = pointAt < 0 ? 0 : number.Length - pointAt - 1;
        return (Math.Max(1, integer + exponent), Math.Max(0, fraction - exponent));
    }
}
