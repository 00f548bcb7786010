using System.Numerics.Tensors;
using System.Security.Cryptography;
using SessionService.Infrastructure.Embeddings;

namespace SessionService.UnitTests.Embeddings;

public sealed class SentenceModelTests : IDisposable
{
    private readonly SentenceModel _model = new(AppContext.BaseDirectory);

    public void Dispose() => _model.Dispose();

    [Theory]
    [InlineData("sentence-model.onnx", "3baf7a4b99891ee94a49408ac33c5a86063f045b4097350d642de542ad02ea5f")]
    [InlineData("sentence-model.vocabulary.txt", "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3")]
    public void The_build_makes_the_same_files_on_every_machine(string file, string hash)
    {
        Assert.Equal(hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, file)))));
    }

    // What the model card of the original model shows for these sentences.
    [Theory]
    [InlineData("That is a happy dog", 0.695)]
    [InlineData("That is a very happy person", 0.943)]
    [InlineData("Today is a sunny day", 0.257)]
    public void Sentences_are_as_near_as_by_the_original_model(string sentence, double cosine)
    {
        Assert.Equal(cosine, Cosine("That is a happy person", sentence), 0.03);
    }

    [Fact]
    public void The_order_of_the_words_counts()
    {
        Assert.True(Cosine("The dog bit the man", "The man was hurt by a dog") > Cosine("The man bit the dog", "The man was hurt by a dog"));
    }

    [Fact]
    public void A_text_that_is_not_english_has_no_vector()
    {
        Assert.Null(_model.Embed("Ich habe einen kleinen Hund."));
        Assert.Null(_model.Embed(""));
    }

    [Fact]
    public void Of_a_long_text_the_beginning_counts()
    {
        var beginning = string.Join(' ', Enumerable.Repeat("I walk the dog.", 40));

        Assert.Equal(1, TensorPrimitives.Dot<float>(_model.Embed(beginning)!, _model.Embed($"{beginning} The invoice is late.")!), 0.0001f);
    }

    private float Cosine(string one, string other) => TensorPrimitives.Dot<float>(_model.Embed(one)!, _model.Embed(other)!);
}
