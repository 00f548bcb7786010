using System.Buffers.Binary;
using System.Text;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// The file of word vectors, as <c>tools/Session.WordVectors</c> writes it, little-endian: the mark, the number of words and of dimensions
/// (int32 each); the component that all words share (float32 a dimension); the words, each a byte of length and its UTF-8; the words'
/// scales (float32 each); and the words' vectors, a signed byte a dimension.
/// </summary>
/// <param name="Dimensions">The length of a vector.</param>
/// <param name="Component">The first principal component, of length 1.</param>
/// <param name="Words">The words, the most frequent first.</param>
/// <param name="Scales">The factor for the bytes of each word.</param>
/// <param name="Rows">The words' bytes, one row after the other.</param>
internal sealed record WordVectorsFile(int Dimensions, float[] Component, string[] Words, float[] Scales, sbyte[] Rows)
{
    private static ReadOnlySpan<byte> Mark => "WVEC0001"u8;

    public static WordVectorsFile Read(ReadOnlySpan<byte> file)
    {
        if (!file.StartsWith(Mark))
        {
            throw new InvalidDataException("This is no file of word vectors.");
        }

        file = file[Mark.Length..];
        var words = new string[BinaryPrimitives.ReadInt32LittleEndian(file)];
        var dimensions = BinaryPrimitives.ReadInt32LittleEndian(file[sizeof(int)..]);
        file = file[(2 * sizeof(int))..];
        var component = ReadNumbers(ref file, dimensions);
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = Encoding.UTF8.GetString(file.Slice(1, file[0]));
            file = file[(1 + file[0])..];
        }

        var scales = ReadNumbers(ref file, words.Length);
        var rows = new sbyte[words.Length * dimensions];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = (sbyte)file[i];
        }

        return new WordVectorsFile(dimensions, component, words, scales, rows);
    }

    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(Mark);
        writer.Write(Words.Length);
        writer.Write(Dimensions);
        Array.ForEach(Component, writer.Write);
        foreach (var word in Words)
        {
            var text = Encoding.UTF8.GetBytes(word);
            writer.Write(checked((byte)text.Length));
            writer.Write(text);
        }

        Array.ForEach(Scales, writer.Write);
        Array.ForEach(Rows, writer.Write);
    }

    private static float[] ReadNumbers(ref ReadOnlySpan<byte> file, int count)
    {
        var numbers = new float[count];
        for (var i = 0; i < count; i++)
        {
            numbers[i] = BinaryPrimitives.ReadSingleLittleEndian(file[(i * sizeof(float))..]);
        }

        file = file[(count * sizeof(float))..];
        return numbers;
    }
}
