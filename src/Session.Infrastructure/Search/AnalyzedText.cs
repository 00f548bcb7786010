using System.Buffers.Binary;
using System.Text;
using SessionService.Application.MemorySearch.Ranking;

namespace SessionService.Infrastructure.Search;

/// <summary>The lexemes of a text with their positions.</summary>
/// <param name="Lexemes">Each lexeme once.</param>
/// <param name="Length">The number of lexemes, with their repetitions.</param>
internal sealed record AnalyzedText(IReadOnlyList<Lexeme> Lexemes, int Length)
{
    /// <summary>The first character of words as they are written, which no other lexeme begins with.</summary>
    public const char WrittenMark = '\u0002';

    public static readonly AnalyzedText Empty = new([], 0);

    // The distance between the pieces of a long text: PostgreSQL counts positions no further.
    private const int PositionsAPiece = 1 << 14;

    /// <summary>
    /// The words that their lexemes do not show, such as stop words and the forms of a word, each as it is written behind
    /// <see cref="WrittenMark"/>.
    /// </summary>
    public IReadOnlyList<Lexeme> Written { get; private init; } = [];

    /// <summary>What ranking knows of the text beside its words.</summary>
    public MessageTraits Traits { get; init; }

    /// <summary>Joins the pieces of a text.</summary>
    /// <param name="vectors">The result of <c>tsvectorsend</c> for each piece, of the lexemes and of the words as they are written.</param>
    public static AnalyzedText Read(IReadOnlyList<(byte[] Lexemes, byte[] Words)> vectors)
    {
        var lexemes = Join([.. vectors.Select(piece => piece.Lexemes)]);
        var written = Join([.. vectors.Select(piece => piece.Words)]);
        var length = lexemes.Sum(lexeme => lexeme.Positions.Length);
        return new AnalyzedText(WithParts(lexemes), length) { Written = Hidden(written, lexemes) };
    }

    private static List<Lexeme> Hidden(List<Lexeme> words, List<Lexeme> lexemes)
    {
        var known = lexemes.ToDictionary(lexeme => lexeme.Text, lexeme => lexeme.Positions, StringComparer.Ordinal);
        var hidden = new List<Lexeme>();
        foreach (var (word, positions) in words)
        {
            var rest = known.TryGetValue(word, out var shown) ? [.. positions.Except(shown)] : positions;
            if (rest.Length > 0)
            {
                hidden.Add(new Lexeme(WrittenMark + word, rest));
            }
        }

        return hidden;
    }

    /// <summary>Adds to <c>python3.11</c> its parts, in its place. A number has no parts.</summary>
    private static List<Lexeme> WithParts(List<Lexeme> lexemes)
    {
        var dotted = lexemes.FindAll(lexeme => lexeme.Text.Contains('.', StringComparison.Ordinal) && lexeme.Text.Any(char.IsLetter));
        if (dotted.Count == 0)
        {
            return lexemes;
        }

        var parts = dotted.SelectMany(
            lexeme => lexeme.Text.Split('.', StringSplitOptions.RemoveEmptyEntries),
            (lexeme, part) => lexeme with { Text = part });
        return
        [
            .. lexemes.Concat(parts).GroupBy(lexeme => lexeme.Text, StringComparer.Ordinal)
                .Select(same => new Lexeme(same.Key, [.. same.SelectMany(lexeme => lexeme.Positions).Distinct().Order()])),
        ];
    }

    private static List<Lexeme> Join(IReadOnlyList<byte[]> vectors)
    {
        if (vectors.Count == 1)
        {
            return ReadPiece(vectors[0], offset: 0);
        }

        var positions = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < vectors.Count; i++)
        {
            foreach (var lexeme in ReadPiece(vectors[i], offset: i * PositionsAPiece))
            {
                if (!positions.TryGetValue(lexeme.Text, out var all))
                {
                    positions.Add(lexeme.Text, all = []);
                }

                all.AddRange(lexeme.Positions);
            }
        }

        return [.. positions.Select(pair => new Lexeme(pair.Key, [.. pair.Value]))];
    }

    // The count; then of each lexeme its text, ended by a zero, the count of its positions, and these with their weight in the upper bits.
    private static List<Lexeme> ReadPiece(ReadOnlySpan<byte> vector, int offset)
    {
        var lexemes = new List<Lexeme>(BinaryPrimitives.ReadInt32BigEndian(vector));
        vector = vector[sizeof(int)..];
        for (var i = 0; i < lexemes.Capacity; i++)
        {
            var end = vector.IndexOf((byte)0);
            var positions = new int[BinaryPrimitives.ReadUInt16BigEndian(vector[(end + 1)..])];
            var text = Encoding.UTF8.GetString(vector[..end]);
            vector = vector[(end + 1 + sizeof(ushort))..];
            for (var p = 0; p < positions.Length; p++)
            {
                positions[p] = offset + (BinaryPrimitives.ReadUInt16BigEndian(vector[(p * sizeof(ushort))..]) & (PositionsAPiece - 1));
            }

            vector = vector[(positions.Length * sizeof(ushort))..];
            lexemes.Add(new Lexeme(text, positions));
        }

        return lexemes;
    }
}

/// <param name="Text">The stem that all forms of a word share.</param>
/// <param name="Positions">The positions in the text, counted in words, ascending.</param>
internal readonly record struct Lexeme(string Text, int[] Positions);
