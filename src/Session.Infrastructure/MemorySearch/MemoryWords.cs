using System.Buffers;
using System.Text;
using SessionService.Infrastructure.Folding;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;

namespace SessionService.Infrastructure.MemorySearch;

/// <summary>
/// The lexemes of a memory as they are stored with it, so that a question need not read the text. The format, with numbers as
/// <see cref="Varint"/>: the number of lexemes with their repetitions; then each lexeme once, in the order of its UTF-8: its length, its
/// UTF-8, and how often the memory has it; last the version of the folding, in the form of a lexeme that the memory has zero times. Earlier
/// versions of the service, which do not know the version, skip it as a lexeme that no question asks for.
/// </summary>
internal static class MemoryWords
{
    private static readonly byte[] Ending = [1, TextFolding.Version, 0];

    /// <summary>SQL that tells whether a column has words of the current folding; never null.</summary>
    public static string AreCurrent(string column) =>
        $"(substring({column} FROM octet_length({column}) - 2) IS NOT DISTINCT FROM '\\x{Convert.ToHexStringLower(Ending)}'::bytea)";

    /// <summary>The packed lexemes of a content.</summary>
    public static async Task<byte[]> OfAsync(string content, TextAnalyzer analyzer, Sql sql, CancellationToken cancellationToken) =>
        Pack((await analyzer.AnalyzeAsync(sql, [content], cancellationToken))[0]);

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

    /// <summary>The lexemes that a memory and a question share. Their positions are not stored, and given as 1, 2, 3 …</summary>
    /// <param name="words">The result of <see cref="Pack"/>.</param>
    /// <param name="sought">The lexemes of the question, in the same order.</param>
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

    /// <summary>The lexemes of a question in the order of a memory's.</summary>
    public static IReadOnlyList<SoughtLexeme> Sort(IEnumerable<string> lexemes)
    {
        var sought = lexemes.Distinct(StringComparer.Ordinal).Select(text => new SoughtLexeme(text, Encoding.UTF8.GetBytes(text)));
        return [.. sought.OrderBy(lexeme => lexeme.Bytes, Order)];
    }

    private static readonly Comparer<byte[]> Order = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
}

/// <summary>A lexeme of a question.</summary>
/// <param name="Text">The lexeme.</param>
/// <param name="Bytes">Its UTF-8.</param>
internal sealed record SoughtLexeme(string Text, byte[] Bytes);
