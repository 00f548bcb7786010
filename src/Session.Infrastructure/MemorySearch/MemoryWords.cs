using System.Buffers;
using System.Text;
using Npgsql;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// The lexemes of a memory as they are stored with it, so that a question need not read its text, numbers as <see cref="Varint"/>: how many
/// there are with their repetitions; then each once, in the order of its UTF-8, with its length before and how often it is there behind;
/// last <see cref="TextFolding.Version"/> in the form of a lexeme that is there not once, so that versions of the service which know nothing
/// of it pass it over.
/// </summary>
internal static class MemoryWords
{
    private static readonly byte[] Ending = [1, TextFolding.Version, 0];

    /// <summary>In SQL, whether words in a column were made by the folding of today; never null.</summary>
    public static string AreCurrent(string column) =>
        $"(substring({column} FROM octet_length({column}) - 2) IS NOT DISTINCT FROM '\\x{Convert.ToHexStringLower(Ending)}'::bytea)";

    /// <summary>The lexemes of a content that is about to be stored.</summary>
    public static async Task<byte[]> OfAsync(string content, TextAnalyzer analyzer, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        Pack((await analyzer.AnalyzeAsync(connection, [content], cancellationToken))[0]);

    public static byte[] Pack(AnalyzedText text)
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        Varint.Write(bytes, text.Length);
        foreach (var (lexeme, frequency) in text.Lexemes
            .Select(lexeme => (Text: Encoding.UTF8.GetBytes(lexeme.Text), lexeme.Positions.Length))
            .OrderBy(lexeme => lexeme.Text, Order))
        {
            Varint.Write(bytes, lexeme.Length);
            bytes.Write(lexeme);
            Varint.Write(bytes, frequency);
        }

        bytes.Write(Ending);
        return bytes.WrittenSpan.ToArray();
    }

    /// <summary>Of the lexemes of a memory those that a question has. Where they stand is not known, and given as 1, 2, 3 …</summary>
    /// <param name="words">What <see cref="Pack"/> has made.</param>
    /// <param name="sought">The question's, in the same order.</param>
    public static AnalyzedText Find(ReadOnlySpan<byte> words, IReadOnlyList<SoughtLexeme> sought)
    {
        var offset = 0;
        var length = (int)Varint.Read(words, ref offset);
        List<Lexeme>? found = null;
        for (var next = 0; next < sought.Count && offset < words.Length;)
        {
            var size = (int)Varint.Read(words, ref offset);
            var lexeme = words.Slice(offset, size);
            offset += size;
            var frequency = (int)Varint.Read(words, ref offset);
            int order;
            while ((order = lexeme.SequenceCompareTo(sought[next].Bytes)) > 0 && ++next < sought.Count)
            {
            }

            if (order == 0)
            {
                (found ??= []).Add(new Lexeme(sought[next++].Text, [.. Enumerable.Range(1, frequency)]));
            }
        }

        return new AnalyzedText(found ?? (IReadOnlyList<Lexeme>)[], length);
    }

    /// <summary>The lexemes of a question in the order in which a memory has its own.</summary>
    public static IReadOnlyList<SoughtLexeme> Sort(IEnumerable<string> lexemes) =>
        [.. lexemes.Distinct(StringComparer.Ordinal).Select(text => new SoughtLexeme(text, Encoding.UTF8.GetBytes(text))).OrderBy(lexeme => lexeme.Bytes, Order)];

    private static readonly Comparer<byte[]> Order = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}

/// <summary>A lexeme of a question's.</summary>
/// <param name="Text">The lexeme.</param>
/// <param name="Bytes">Its UTF-8.</param>
internal sealed record SoughtLexeme(string Text, byte[] Bytes);
