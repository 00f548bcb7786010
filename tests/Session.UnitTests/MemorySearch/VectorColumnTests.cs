using System.Numerics.Tensors;
using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.MemorySearch;

namespace SessionService.UnitTests.MemorySearch;

public sealed class VectorColumnTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(100)]
    [InlineData(384)]
    [InlineData(1_537)]
    public void Whole_numbers_give_the_cosines_of_the_vectors(int dimensions)
    {
        var random = new Random(dimensions);
        float[][] vectors = [.. Enumerable.Range(0, 20).Select(_ => Direction(random, dimensions))];
        var question = Direction(random, dimensions);

        var cosines = Cosines(question, new EmbeddingModel("a", dimensions), [.. vectors.SelectMany(vector => PackedVector.Pack(vector))]);

        Assert.All(vectors.Zip(cosines), pair => Assert.Equal(TensorPrimitives.Dot<float>(question, pair.First), pair.Second, 0.01f));
    }

    [Fact]
    public void The_longest_vectors_do_not_overflow()
    {
        var ones = new float[8_192];
        Array.Fill(ones, 1);
        var packed = PackedVector.Pack(ones);
        PackedVector.Normalize(ones);

        Assert.Equal(1, Cosines(ones, new EmbeddingModel("a", ones.Length), packed)[0], 0.001f);
    }

    [Fact]
    public void What_is_not_embedded_has_no_cosine()
    {
        var model = new EmbeddingModel("a", 2);

        Assert.Equal([1, float.NaN], Cosines([1, 0], model, [127, 0, 127, 0], missing: [1]));
        Assert.Equal([float.NaN, float.NaN], Cosines([1, 0, 0], model, [127, 0, 127, 0]));
        Assert.Equal([0, 0], Cosines([0, 0], model, [127, 0, 127, 0]));
    }

    [Fact]
    public void A_text_that_the_sentence_model_was_not_to_embed_has_no_cosine_and_one_without_a_known_word_is_near_to_nothing()
    {
        Assert.Equal([float.NaN], Cosines([1, .. new float[383]], EmbeddingModel.OfSentences, new byte[384]));
        Assert.Equal([0, 1], Cosines([1, 0], new EmbeddingModel("a", 2), [0, 0, 127, 0]));
        Assert.Equal([0], Cosines([1, .. new float[99]], EmbeddingModel.OfWords, new byte[100]));
        Assert.Equal(StaticEmbedding.Shipped.Dimensions, EmbeddingModel.OfWords.Dimensions);
    }

    private static float[] Cosines(float[] question, EmbeddingModel model, byte[] packed, int[]? missing = null)
    {
        var cosines = new float[packed.Length / model.Dimensions];
        new VectorColumn(packed, model, missing).Cosines(new PackedQuestion(question), cosines);
        return cosines;
    }

    private static float[] Direction(Random random, int dimensions)
    {
        float[] vector = [.. Enumerable.Range(0, dimensions).Select(_ => (float)(random.NextDouble() - 0.5))];
        PackedVector.Normalize(vector);
        return vector;
    }
}
