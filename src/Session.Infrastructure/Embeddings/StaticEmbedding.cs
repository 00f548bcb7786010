using System.Numerics.Tensors;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Vectors of texts from the vectors of their words: the sum, of length 1, less what all words have in common. Of a question each word counts
/// for as much as it is rare among the user's own texts.
/// </summary>
internal sealed class StaticEmbedding(WordVectors words)
{
    public static StaticEmbedding Shipped => new(WordVectors.Shipped);

    public int Dimensions => words.Dimensions;

    /// <summary>A text's vector; of length 0 where no word of it is known.</summary>
    public float[] Embed(string text) => Embed(text, static _ => 1);

    /// <summary>A question's vector.</summary>
    /// <param name="text">The question.</param>
    /// <param name="weight">The weight of a word.</param>
    public float[] Embed(string text, Func<string, double> weight)
    {
        var sum = new float[words.Dimensions];
        foreach (var word in EnglishWords.In(TextFolding.Fold(text)))
        {
            words.Add(word, weight, sum);
        }

        PackedVector.Normalize(sum);
        TensorPrimitives.MultiplyAdd(words.Component, -TensorPrimitives.Dot(sum, words.Component), sum, sum);
        PackedVector.Normalize(sum);
        return sum;
    }
}
