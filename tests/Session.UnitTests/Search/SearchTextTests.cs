using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.Search;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("Hello, World!", "hello world")]
    [InlineData("  ", "")]
    [InlineData("a/b\\c@d_e-f", "a b c d e f")]
    [InlineData("System.Text.Json 3.14 v1.2.", "system text json 3.14 v1.2")]
    [InlineData("<b>x</b>&nbsp;", "b x b nbsp")]
    [InlineData("cafe\u0301", "cafe")]
    [InlineData("STRASSE Straße", "strasse strasse")]
    [InlineData("и\u0306 й е\u0308 ё", "й й е е")]
    [InlineData("abc中文def", "abc qz4e2d qz6587 def")]
    [InlineData("ok👍🏽!", "ok qz1f44d")]
    [InlineData("1\uFE0F\u20E3", "1")]
    [InlineData("co\u00ADop\u200Berate", "coop erate")]
    [InlineData("“quoted” — it’s", "quoted it s")]
    [InlineData("갱단", "qzac31 qzb2e8")]
    [InlineData("½ №5", "1 2 no5")]
    public void A_text_becomes_words(string text, string words)
    {
        Assert.Equal(words, SearchText.Normalize(text));
    }

    [Theory]
    [InlineData("red apples", "red apples ")]
    [InlineData("red OR apples", "red or apples ")]
    [InlineData("\"red apples\" -pears", "\"red apples\" -pears ")]
    [InlineData("-\"red apples\"", "-\"red apples\" ")]
    [InlineData("a/b -c.d", "\"a b\" -\"c d\" ")]
    [InlineData("中文", "\"qz4e2d qz6587\" ")]
    [InlineData("“red apples”", "\"red apples\" ")]
    [InlineData("\"open", "\"open\" ")]
    [InlineData("\"or\"", "\"or\" ")]
    [InlineData("- -- \"\" %", "")]
    [InlineData("a\"b c\"", "a \"b c\" ")]
    public void A_query_keeps_its_syntax(string query, string prepared)
    {
        Assert.Equal(prepared, SearchQueryText.Normalize(query));
    }
}
