using System.Numerics.Tensors;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Embeddings;

/// <summary>
/// Vectors of texts from the vectors of their words: their sum without the component that all words share, scaled to length 1. In a
/// question each word has a weight: the rarer the word is among the user's own texts, the more it counts.
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
