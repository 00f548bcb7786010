using SessionService.Infrastructure.Embeddings;

namespace SessionService.UnitTests.Embeddings;

public sealed class EnglishTextTests
{
    private static readonly WordPieces Pieces = new(File.ReadLines(Path.Combine(AppContext.BaseDirectory, "sentence-model.vocabulary.txt")));

    [Theory]
    [InlineData("user: Comet.")]
    [InlineData("user: Bought milk, eggs and bread")]
    [InlineData("Caroline: We moved from Los Angeles to San Jos\u00e9 in May.")]
    [InlineData("user: Thanks! \U0001F60A\U0001F389")]
    [InlineData("user: My colleague Dvo\u0159\u00e1k likes sm\u00f8rrebr\u00f8d.")]
    [InlineData("user: Could you review this? var x = queue.TryDequeue(out var item);")]
    [InlineData("What is the name of the greyhound?")]
    public void A_text_in_english_is_known_as_one(string text)
    {
        Assert.True(IsEnglish(text));
    }

    [Theory]
    [InlineData("user: Ich habe einen Hund.")]
    [InlineData("user: Ich war in Berlin und habe dort einen sehr alten Freund getroffen, was mich gefreut hat.")]
    [InlineData("user: No me gusta la pizza, pero a mi hermana le encanta.")]
    [InlineData("user: Je ne sais pas si on a le temps de faire \u00e7a demain.")]
    [InlineData("user: Meu cachorro se chama Rex e ele gosta de brincar no parque.")]
    [InlineData("user: Ik heb een hond en hij is lief.")]
    [InlineData("user: Koirani nimi on Musti ja se rakastaa pitki\u00e4 k\u00e4velyit\u00e4.")]
    [InlineData("user: \u041f\u0440\u0438\u0432\u0435\u0442, \u043a\u0430\u043a \u0434\u0435\u043b\u0430?")]
    [InlineData("user: \u79c1\u306f\u72ac\u304c\u597d\u304d\u3067\u3059\u3002")]
    [InlineData("user: \uac15\uc544\uc9c0\uac00 \uc88b\uc544\uc694")]
    [InlineData("?!")]
    [InlineData("")]
    public void A_text_in_another_language_is_not(string text)
    {
        Assert.False(IsEnglish(text));
    }

    private static bool IsEnglish(string text) => EnglishText.IsEnglish(Pieces.Split(text, most: 128));
}
