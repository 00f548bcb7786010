using System.Buffers.Binary;
using System.Text;

namespace SessionService.Infrastructure.Search;

/// <summary>The lexemes of a text with their positions.</summary>
/// <param name="Lexemes">Each lexeme once.</param>
/// <param name="Length">The number of lexemes, with their repetitions.</param>
internal sealed record AnalyzedText(IReadOnlyList<Lexeme> Lexemes, int Length)
{
    public static readonly AnalyzedText Empty = new([], 0);

    // The distance between the pieces of a long text: PostgreSQL counts positions no further.
    private const int PositionsAPiece = 1 << 14;

    /// <summary>Joins the pieces of a text.</summary>
    /// <param name="vectors">The result of <c>tsvectorsend</c> for each piece.</param>
    public static AnalyzedText Read(IReadOnlyList<byte[]> vectors)
    {
        if (vectors.Count == 1)
        {
            var lexemes = ReadPiece(vectors[0], offset: 0);
            return new AnalyzedText(lexemes, lexemes.Sum(lexeme => lexeme.Positions.Length));
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

        var distinct = positions.Select(pair => new Lexeme(pair.Key, [.. pair.Value]));
        return new AnalyzedText([.. distinct], positions.Sum(pair => pair.Value.Count));
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
