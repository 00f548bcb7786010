using System.Numerics.Tensors;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>The model that the service ships: vectors of 50,000 English words (see word-vectors.NOTICE.txt).</summary>
internal sealed class WordVectors
{
    private const string Resource = "SessionService.Infrastructure.Embeddings.word-vectors.bin";

    private static readonly Lazy<WordVectors> ShippedModel = new(() => new WordVectors(WordVectorsFile.Read(ReadShipped())));

    private readonly WordVectorsFile _file;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _places;

    public WordVectors(WordVectorsFile file)
    {
        _file = file;
        var places = new Dictionary<string, int>(file.Words.Length, StringComparer.Ordinal);
        for (var i = 0; i < file.Words.Length; i++)
        {
            if (!EnglishWords.IsStopWord(file.Words[i]))
            {
                places.TryAdd(file.Words[i], i);
            }
        }

        _places = places.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Read once, when it is first used, which takes some milliseconds and megabytes.</summary>
    public static WordVectors Shipped => ShippedModel.Value;

    public int Dimensions => _file.Dimensions;

    /// <summary>The component that all words share, of length 1.</summary>
    public ReadOnlySpan<float> Component => _file.Component;

    /// <summary>Adds the vector of a word, times a weight, to a sum. Adds nothing for a stop word or an unknown word.</summary>
    public void Add(ReadOnlySpan<char> word, Func<string, double> weight, Span<float> sum)
    {
        if (!_places.TryGetValue(word, out var known, out var place))
        {
            return;
        }

        Span<float> vector = stackalloc float[Dimensions];
        TensorPrimitives.ConvertTruncating<sbyte, float>(_file.Rows.AsSpan(place * Dimensions, Dimensions), vector);
        TensorPrimitives.MultiplyAdd(vector, (float)weight(known) * _file.Scales[place], sum, sum);
    }

    internal static byte[] ReadShipped()
    {
        using var stream = typeof(WordVectors).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is missing from the assembly.");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
