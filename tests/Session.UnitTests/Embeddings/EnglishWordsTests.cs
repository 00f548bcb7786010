using SessionService.Infrastructure.Embeddings;
using SessionService.Infrastructure.Folding;

namespace SessionService.UnitTests.Embeddings;

public sealed class EnglishWordsTests
{
    [Theory]
    [InlineData("Hello, World!", "hello world")]
    [InlineData("Caroline's dog", "caroline dog")]
    [InlineData("They've won; we won't", "they won we")]
    [InlineData("It's 9am on 8 May 2023", "it 9am on 8 may 2023")]
    [InlineData("state-of-the-art", "state of the art")]
    [InlineData("", "")]
    [InlineData("'quoted' ''", "quoted")]
    public void Words_are_lower_case_without_possessives_and_contractions(string text, string words)
    {
        Assert.Equal(words, Words(text));
    }

    [Theory]
    [InlineData("ﬁlm № ５ Ｆｕｌｌ 𝐁𝐨𝐥𝐝 ⓒircle ² ㎏", "film no 5 full bold circle 2 kg")]
    [InlineData("cafe\u0301 caf\u00e9", "cafe cafe")]
    [InlineData("日本語 emoji 😀 text", "emoji text")]
    public void Compatibility_forms_are_read_as_the_letters_they_stand_for(string text, string words)
    {
        Assert.Equal(words, Words(text));
    }

    private static string Words(string text)
    {
        var words = new List<string>();
        foreach (var word in EnglishWords.In(TextFolding.Fold(text)))
        {
            words.Add(word.ToString());
        }

        return string.Join(' ', words);
    }
}
