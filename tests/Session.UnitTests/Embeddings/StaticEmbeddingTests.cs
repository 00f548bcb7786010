using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.MemorySearch;

namespace SessionService.UnitTests.Embeddings;

public sealed class StaticEmbeddingTests
{
    private static readonly StaticEmbedding Shipped = StaticEmbedding.Shipped;

    [Fact]
    public void Texts_that_mean_the_same_are_nearer_than_texts_that_do_not()
    {
        var question = Shipped.Embed("Which pet does she own?");

        Assert.True(Cosine(question, "We adopted a puppy last spring.") > Cosine(question, "The quarterly report is due on Monday."));
    }

    [Fact]
    public void What_all_words_have_in_common_is_taken_away()
    {
        // Of length 1, less its projection on the component (0, 1), of length 1 again.
        var embedding = new StaticEmbedding(new WordVectors(new WordVectorsFile(2, [0, 1], ["red", "sky"], [1, 1], [3, 4, 0, 5])));

        Assert.Equal([1f, 0f], embedding.Embed("Red!"));
        Assert.Equal([0f, 0f], embedding.Embed("Sky"));
    }

    [Fact]
    public void Words_of_a_question_count_by_their_weight()
    {
        var embedding = new StaticEmbedding(new WordVectors(new WordVectorsFile(3, [0, 0, 1], ["red", "sky"], [1, 0.5f], [2, 0, 0, 0, 4, 0])));

        Assert.Equal([0.6f, 0.8f, 0f], embedding.Embed("red sky", word => word == "sky" ? 4 : 3), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Theory]
    [InlineData("")]
    [InlineData("the of and")]
    [InlineData("日本語")]
    [InlineData("qzxjkvw")]
    public void A_text_without_a_known_word_has_a_vector_of_length_0(string text)
    {
        var packed = PackedVector.Pack(Shipped.Embed(text));

        Assert.Equal(new byte[100], packed);
        Assert.Equal(0, Cosine(Shipped.Embed("dog"), text));
    }

    [Fact]
    public void A_packed_vector_has_a_byte_a_dimension_and_keeps_its_direction()
    {
        var vector = Shipped.Embed("A long walk along the river in the evening");
        var cosines = new float[2];

        new VectorColumn([.. PackedVector.Pack(vector), .. PackedVector.Pack([.. vector.Select(number => -number)])], EmbeddingModel.OfWords)
            .Cosines(new PackedQuestion(vector), cosines);

        Assert.InRange(cosines[0], 0.999f, 1.001f);
        Assert.InRange(cosines[1], -1.001f, -0.999f);
    }

    private static float Cosine(float[] question, string text)
    {
        var cosine = new float[1];
        new VectorColumn(PackedVector.Pack(Shipped.Embed(text)), EmbeddingModel.OfWords).Cosines(new PackedQuestion(question), cosine);
        return cosine[0];
    }
}
