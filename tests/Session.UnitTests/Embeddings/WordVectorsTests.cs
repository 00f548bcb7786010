using System.Security.Cryptography;
using SessionService.Infrastructure.Embeddings;

namespace SessionService.UnitTests.Embeddings;

public sealed class WordVectorsTests
{
    [Fact]
    public void The_shipped_file_is_the_one_that_the_converter_makes()
    {
        Assert.Equal(
            "f85b94b0be9e80eed4026563c529d04ca0dc3380b1ab2f16777b6ed215e48bd2",
            Convert.ToHexStringLower(SHA256.HashData(WordVectors.ReadShipped())));
    }

    [Fact]
    public void The_shipped_file_has_fifty_thousand_words_of_a_hundred_dimensions_and_a_component_of_length_1()
    {
        var file = WordVectorsFile.Read(WordVectors.ReadShipped());

        Assert.Equal((50_000, 100, 5_000_000), (file.Words.Length, file.Dimensions, file.Rows.Length));
        Assert.Equal("the", file.Words[0]);
        Assert.Equal(1, file.Component.Sum(number => number * number), 4);
    }

    [Fact]
    public void A_file_is_read_as_it_was_written()
    {
        var file = new WordVectorsFile(2, [0.6f, 0.8f], ["dog", "naïve"], [0.5f, 2], [127, -3, 0, -127]);
        using var stream = new MemoryStream();

        file.Write(stream);
        var read = WordVectorsFile.Read(stream.ToArray());

        Assert.Equal(file.Component, read.Component);
        Assert.Equal(file.Words, read.Words);
        Assert.Equal(file.Scales, read.Scales);
        Assert.Equal(file.Rows, read.Rows);
        Assert.Throws<InvalidDataException>(() => WordVectorsFile.Read("something else"u8));
    }
}
