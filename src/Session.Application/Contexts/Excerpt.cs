using System.Globalization;
using System.Text;
using SessionService.Application.Contexts.Tokens;

namespace SessionService.Application.Contexts;

/// <summary>Cuts the middle out of a text, because the beginning and the end of a result tell most.</summary>
/// <param name="Content">The text, with a mark where a part is missing.</param>
/// <param name="Tokens">Its tokens, the mark included.</param>
/// <param name="OmittedTokens">The tokens of the missing part.</param>
internal readonly record struct Excerpt(string Content, int Tokens, int OmittedTokens)
{
    // The estimate for the longest mark: 29 bytes.
    private const int MarkTokens = 8;

    // A few make any text fit, because each leaves out at least a tenth.
    private const int MaxTries = 20;

    /// <summary>The excerpt of a text; <see langword="null"/> where even the mark does not fit.</summary>
    /// <param name="text">The text.</param>
    /// <param name="tokens">Its tokens, which are taken to be spread evenly.</param>
    /// <param name="maxTokens">The most tokens of the excerpt, fewer than the text has.</param>
    /// <param name="counter">Counts the excerpt, whose tokens may lie more closely than those of the text.</param>
    public static Excerpt? Of(string text, long tokens, int maxTokens, TokenCounter? counter)
    {
        var kept = maxTokens - MarkTokens;
        for (var attempt = 0; kept >= 0 && attempt < MaxTries; attempt++)
        {
            var excerpt = Of(text, tokens, maxTokens, kept);
            if (counter is null || counter.Count(excerpt.Content) is var counted && counted <= maxTokens)
            {
                return excerpt;
            }

            kept = (int)(kept * Math.Min(0.9, (double)maxTokens / counted));
        }

        return null;
    }

    private static Excerpt Of(string text, long tokens, int maxTokens, int kept)
    {
        var bytes = (int)(Encoding.UTF8.GetByteCount(text) * (double)kept / tokens);
        var head = Head(text, bytes - (bytes / 2));
        var tail = Tail(text, bytes / 2);
        var omitted = (int)Math.Min(tokens - kept, int.MaxValue);
        var mark = string.Create(CultureInfo.InvariantCulture, $"\n[{omitted} tokens left out]\n");
        return new Excerpt(string.Concat(text.AsSpan(0, head), mark, text.AsSpan(tail)), maxTokens, omitted);
    }

    /// <summary>The end of the longest beginning of at most so many bytes of UTF-8.</summary>
    private static int Head(string text, int bytes)
    {
        var end = 0;
        while (end < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(end), out var rune, out var length);
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }

            end += length;
        }

        return end;
    }

    /// <summary>The start of the longest end of at most so many bytes of UTF-8.</summary>
    private static int Tail(string text, int bytes)
    {
        var start = text.Length;
        while (start > 0)
        {
            Rune.DecodeLastFromUtf16(text.AsSpan(0, start), out var rune, out var length);
            bytes -= rune.Utf8SequenceLength;
            if (bytes < 0)
            {
                break;
            }

            start -= length;
        }

        return start;
    }
}
