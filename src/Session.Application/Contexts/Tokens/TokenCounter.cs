using System.Text;
using Microsoft.Extensions.Options;
using Microsoft.ML.Tokenizers;

namespace SessionService.Application.Contexts.Tokens;

/// <summary>Counts the tokens of texts as the setting <c>Contexts__Tokenizer</c> says.</summary>
public sealed class TokenCounter(IOptions<ContextOptions> options)
{
    public const string O200kBase = "o200k_base";

    /// <summary>Four bytes of UTF-8 are a token.</summary>
    public const string Bytes = "bytes";

    private const int BytesPerToken = 4;

    // A longer text is counted by samples.
    private const int MaxWholeBytes = 64 * 1024;
    private const int Samples = 16;
    private const int SampleLength = 2 * 1024;

    // The tokenizer takes longer for each byte of a long text without blanks.
    private const int PieceLength = 4 * 1024;

    // Loading takes a quarter of a second and 40 MiB, so only who counts pays for it.
    private static readonly Lazy<Tokenizer> Loaded = new(() => TiktokenTokenizer.CreateForEncoding(O200kBase));

    /// <summary>The name under which counts are kept.</summary>
    public string Name => options.Value.Tokenizer;

    /// <summary>Whether counts are worth keeping: to count bytes takes no time.</summary>
    public bool IsWorthKeeping => Name is not Bytes;

    /// <summary>The tokens of a text, one at least.</summary>
    public int Count(string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (Name is Bytes)
        {
            return Math.Max(1, (bytes + BytesPerToken - 1) / BytesPerToken);
        }

        return Math.Max(1, bytes <= MaxWholeBytes ? CountAll(text) : CountSamples(text));
    }

    /// <summary>Counts parts of one length, evenly spread.</summary>
    private static int CountSamples(string text)
    {
        long tokens = 0;
        for (var i = 0; i < Samples; i++)
        {
            var start = (int)((long)(text.Length - SampleLength) * i / (Samples - 1));
            tokens += CountAll(text.AsSpan(start, SampleLength));
        }

        return (int)Math.Min(int.MaxValue, tokens * text.Length / (Samples * SampleLength));
    }

    private static int CountAll(ReadOnlySpan<char> text)
    {
        var tokens = 0;
        while (!text.IsEmpty)
        {
            var length = LengthOfPiece(text);
            tokens += Loaded.Value.CountTokens(text[..length]);
            text = text[length..];
        }

        return tokens;
    }

    /// <summary>A piece ends before a blank where there is one in its second half, because a token begins there anyway.</summary>
    private static int LengthOfPiece(ReadOnlySpan<char> text)
    {
        if (text.Length <= PieceLength)
        {
            return text.Length;
        }

        const int half = PieceLength / 2;
        var blank = text[half..PieceLength].LastIndexOf(' ');
        var length = blank >= 0 ? half + blank : PieceLength;
        return char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;
    }
}
