using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace SessionService.Application.Messages.Parts;

/// <summary>How a base64 text is written, besides the usual form of RFC 4648 with its padding.</summary>
[Flags]
public enum Base64Form
{
    Usual = 0,

    /// <summary>With <c>-</c> and <c>_</c> in place of <c>+</c> and <c>/</c>.</summary>
    UrlSafe = 1,

    Unpadded = 2,
}

/// <summary>Base64 in parts: what is valid, how it is written, and how it is kept out of texts.</summary>
internal static class PartBase64
{
    /// <summary>A run of so many characters of the alphabet is no word, no path and no hash.</summary>
    private const int ShortestRun = 256;

    private const string Mark = "base64,";

    private static readonly SearchValues<byte> Both = SearchValues.Create("+/-_"u8);

    private static readonly SearchValues<byte> Usual =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"u8);

    private static readonly SearchValues<byte> UrlSafe =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    // The backslash too: in the text of JSON a slash may be escaped.
    private static readonly SearchValues<char> Alphabet =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_\\");

    private static readonly SearchValues<char> NotLowerCase = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

    /// <summary>
    /// The form of a base64 text; <see langword="null"/> for a text that is none. Encoding the bytes again in this form gives the same
    /// text, so bits that stand for nothing must be zero.
    /// </summary>
    public static Base64Form? FormOf(ReadOnlySpan<byte> text)
    {
        var digits = text.TrimEnd((byte)'=');
        var padding = text.Length - digits.Length;
        var rest = digits.Length % 4;
        if (rest == 1 || (padding > 0 && padding != (4 - rest) % 4) || !HasOnlyZerosAtEnd(digits, rest))
        {
            return null;
        }

        var form = padding == 0 && rest > 0 ? Base64Form.Unpadded : Base64Form.Usual;
        var special = digits.IndexOfAny(Both);
        if (special >= 0 && digits[special] is (byte)'-' or (byte)'_')
        {
            form |= Base64Form.UrlSafe;
        }

        var alphabet = form.HasFlag(Base64Form.UrlSafe) ? UrlSafe : Usual;
        return digits.IndexOfAnyExcept(alphabet) < 0 ? form : null;
    }

    public static byte[] Decode(ReadOnlySpan<byte> text, Base64Form form)
    {
        if (form.HasFlag(Base64Form.UrlSafe))
        {
            return Base64Url.DecodeFromUtf8(text);
        }

        var padded = new byte[(text.Length + 3) / 4 * 4];
        padded.AsSpan().Fill((byte)'=');
        text.CopyTo(padded);
        Base64.DecodeFromUtf8InPlace(padded, out var length);
        return padded[..length];
    }

    /// <summary>A usual base64 text in another form.</summary>
    public static string Write(string usual, Base64Form form)
    {
        var text = form.HasFlag(Base64Form.Unpadded) ? usual.TrimEnd('=') : usual;
        return form.HasFlag(Base64Form.UrlSafe) ? text.Replace('+', '-').Replace('/', '_') : text;
    }

    /// <summary>A text without the base64 in it: that of data URLs, and long runs of its alphabet.</summary>
    public static string Without(string text)
    {
        if (text.Length < ShortestRun && !text.Contains(Mark, StringComparison.Ordinal))
        {
            return text;
        }

        var kept = new StringBuilder();
        var (from, at) = (0, 0);
        while (FindRun(text, at) is { } run)
        {
            kept.Append(text, from, run.Start - from);
            from = at = run.End;
        }

        return from == 0 ? text : kept.Append(text, from, text.Length - from).ToString();
    }

    private static (int Start, int End)? FindRun(string text, int at)
    {
        var mark = text.IndexOf(Mark, at, StringComparison.Ordinal);
        while (at < text.Length)
        {
            if (mark >= 0 && at >= mark)
            {
                var start = mark + Mark.Length;
                if (EndOf(text, start) is var end && end > start)
                {
                    return (start, end);
                }

                mark = text.IndexOf(Mark, start, StringComparison.Ordinal);
            }

            // A run that ends within the next characters is too short, and what follows it is looked at next.
            var window = text.AsSpan(at, Math.Min(ShortestRun, text.Length - at));
            var last = window.LastIndexOfAnyExcept(Alphabet);
            if (last < 0 && window.Length == ShortestRun && EndOf(text, at) is var runEnd)
            {
                if (text.AsSpan(at, runEnd - at).IndexOfAny(NotLowerCase) >= 0)
                {
                    return (at, runEnd);
                }

                at = runEnd;
            }
            else if (mark >= 0 && mark < at + window.Length)
            {
                at = mark;
            }
            else
            {
                at += last < 0 ? window.Length : last + 1;
            }
        }

        return null;
    }

    private static int EndOf(string text, int start)
    {
        var length = text.AsSpan(start).IndexOfAnyExcept(Alphabet);
        var end = length < 0 ? text.Length : start + length;
        while (end < text.Length && end > start && text[end] == '=')
        {
            end++;
        }

        return end;
    }

    private static bool HasOnlyZerosAtEnd(ReadOnlySpan<byte> digits, int rest)
    {
        if (rest < 2)
        {
            return true;
        }

        var value = digits[^1] switch
        {
            >= (byte)'A' and <= (byte)'Z' and var letter => letter - 'A',
            >= (byte)'a' and <= (byte)'z' and var letter => letter - 'a' + 26,
            >= (byte)'0' and <= (byte)'9' and var digit => digit - '0' + 52,
            (byte)'+' or (byte)'-' => 62,
            _ => 63,
        };
        return (value & (rest == 2 ? 0b1111 : 0b11)) == 0;
    }
}
