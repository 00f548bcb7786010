using System.Buffers;

namespace SessionService.Api.Json;

/// <summary>
/// Checks that text is JSON without an exception where it is not. The parser of the framework throws, which costs more than all else that a
/// short wrong line causes.
/// </summary>
internal static class JsonSyntax
{
    // Deeper JSON is refused for its depth anyway, by code that reads it again.
    private const int MaxDepth = 256;

    private static readonly SearchValues<byte> EndsOfPlainText = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(control => (byte)control), (byte)'"', (byte)'\\']);

    private static readonly SearchValues<byte> HexDigits = SearchValues.Create("0123456789abcdefABCDEF"u8);

    /// <summary>The place of the first wrong byte, the length where the text ends too early, and -1 where nothing is wrong.</summary>
    public static int FindError(ReadOnlySpan<byte> json)
    {
        Span<bool> isObject = stackalloc bool[MaxDepth];
        var (at, depth) = (SkipBlanks(json, 0), 0);
        var expected = Expected.Value;
        while (true)
        {
            if (at >= json.Length)
            {
                return expected == Expected.End ? -1 : json.Length;
            }

            var one = json[at];
            switch (expected)
            {
                case Expected.End:
                    return at;

                case Expected.FirstName when one == '}':
                case Expected.FirstElement when one == ']':
                case Expected.CommaOrEnd when depth > 0 && one == (isObject[depth - 1] ? '}' : ']'):
                    depth--;
                    at++;
                    expected = depth == 0 ? Expected.End : Expected.CommaOrEnd;
                    break;

                case Expected.CommaOrEnd when one == ',':
                    at++;
                    expected = isObject[depth - 1] ? Expected.Name : Expected.Value;
                    break;

                case Expected.FirstName or Expected.Name when one == '"':
                    if (!TrySkipString(json, ref at))
                    {
                        return at;
                    }

                    expected = Expected.Colon;
                    break;

                case Expected.Colon when one == ':':
                    at++;
                    expected = Expected.Value;
                    break;

                case Expected.Value or Expected.FirstElement when one is (byte)'{' or (byte)'[':
                    if (depth == MaxDepth)
                    {
                        return -1;
                    }

                    isObject[depth++] = one == '{';
                    at++;
                    expected = one == '{' ? Expected.FirstName : Expected.FirstElement;
                    break;

                case Expected.Value or Expected.FirstElement:
                    if (!(one == '"' ? TrySkipString(json, ref at) : TrySkipScalar(json, ref at)))
                    {
                        return at;
                    }

                    expected = depth == 0 ? Expected.End : Expected.CommaOrEnd;
                    break;

                default:
                    return at;
            }

            at = SkipBlanks(json, at);
        }
    }

    private static int SkipBlanks(ReadOnlySpan<byte> json, int at)
    {
        var length = json[at..].IndexOfAnyExcept(" \t\r\n"u8);
        return length < 0 ? json.Length : at + length;
    }

    private static bool TrySkipString(ReadOnlySpan<byte> json, ref int at)
    {
        at++;
        while (true)
        {
            var length = json[at..].IndexOfAny(EndsOfPlainText);
            at = length < 0 ? json.Length : at + length;
            if (at >= json.Length || json[at] < 0x20)
            {
                return false;
            }

            if (json[at] == '"')
            {
                at++;
                return true;
            }

            if (!TrySkipEscape(json, ref at))
            {
                return false;
            }
        }
    }

    private static bool TrySkipEscape(ReadOnlySpan<byte> json, ref int at)
    {
        var kind = at + 1 < json.Length ? json[at + 1] : (byte)0;
        if (kind == 'u')
        {
            var isHex = at + 6 <= json.Length && !json.Slice(at + 2, 4).ContainsAnyExcept(HexDigits);
            at += isHex ? 6 : 0;
            return isHex;
        }

        var isKnown = "\"\\/bfnrt"u8.Contains(kind);
        at += isKnown ? 2 : 0;
        return isKnown;
    }

    private static bool TrySkipScalar(ReadOnlySpan<byte> json, ref int at) => json[at] switch
    {
        (byte)'t' => TrySkip(json, "true"u8, ref at),
        (byte)'f' => TrySkip(json, "false"u8, ref at),
        (byte)'n' => TrySkip(json, "null"u8, ref at),
        _ => TrySkipNumber(json, ref at),
    };

    private static bool TrySkip(ReadOnlySpan<byte> json, ReadOnlySpan<byte> word, ref int at)
    {
        var isThere = json[at..].StartsWith(word);
        at += isThere ? word.Length : 0;
        return isThere;
    }

    private static bool TrySkipNumber(ReadOnlySpan<byte> json, ref int at)
    {
        at += json[at] == '-' ? 1 : 0;
        var integer = at;
        if (!TrySkipDigits(json, ref at) || (json[integer] == '0' && at > integer + 1))
        {
            return false;
        }

        if (at < json.Length && json[at] == '.')
        {
            at++;
            if (!TrySkipDigits(json, ref at))
            {
                return false;
            }
        }

        if (at < json.Length && json[at] is ((byte)'e' or (byte)'E'))
        {
            at++;
            at += at < json.Length && json[at] is ((byte)'+' or (byte)'-') ? 1 : 0;
            return TrySkipDigits(json, ref at);
        }

        return true;
    }

    private static bool TrySkipDigits(ReadOnlySpan<byte> json, ref int at)
    {
        var length = json[at..].IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? json.Length - at : length;
        at += length;
        return length > 0;
    }

    private enum Expected
    {
        Value,
        FirstName,
        Name,
        Colon,
        FirstElement,
        CommaOrEnd,
        End,
    }
}
