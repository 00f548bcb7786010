using SessionService.Infrastructure.MemorySearch;
using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.MemorySearch;

public sealed class MemoryWordsTests
{
    private static readonly byte[] Words = MemoryWords.Pack(new AnalyzedText(
        [new Lexeme("zebra", [1]), new Lexeme("ab", [2, 5]), new Lexeme("élan", [3]), new Lexeme("a", [4]), new Lexeme("😀", [6]), new Lexeme("\uFFFD", [7])], 7));

    [Theory]
    [InlineData("", "")]
    [InlineData("ab", "ab:2")]
    [InlineData("zebra a", "a:1 zebra:1")]
    [InlineData("aa abc b zebr zebraz", "")]
    [InlineData("0 ab ab 😀 élan nothing \uFFFD", "ab:2 élan:1 \uFFFD:1 😀:1")]
    public void Of_what_is_sought_that_is_found_which_is_there_with_how_often(string sought, string found)
    {
        var text = MemoryWords.Find(Words, MemoryWords.Sort(sought.Split(' ', StringSplitOptions.RemoveEmptyEntries)));

        Assert.Equal(7, text.Length);
        Assert.Equal(found, string.Join(' ', text.Lexemes.Select(lexeme => $"{lexeme.Text}:{lexeme.Positions.Length}")));
    }

    [Fact]
    public void In_nothing_nothing_is_found()
    {
        var text = MemoryWords.Find(MemoryWords.Pack(AnalyzedText.Empty), MemoryWords.Sort(["a"]));

        Assert.Equal(0, text.Length);
        Assert.Empty(text.Lexemes);
    }
}
