using SessionService.Api.Exports;

namespace SessionService.UnitTests.Exports;

public sealed class MarkdownTextTests
{
    [Theory]
    [InlineData("<!-- swallow", "> \\<!-- swallow")]
    [InlineData("a <textarea> and </div>", "> a \\<textarea> and \\</div>")]
    [InlineData(@"\<script>", @"> \<script>")]
    [InlineData(@"\\<script>", @"> \\\<script>")]
    [InlineData("[docs]: http://evil.example", @"> [docs]\: http://evil.example")]
    [InlineData("> - [docs]: http://evil.example", @"> > - [docs]\: http://evil.example")]
    [InlineData("[docs\n]: http://evil.example", "> [docs\n> ]\\: http://evil.example")]
    [InlineData("1 < 2 and a<= b", "> 1 < 2 and a<= b")]
    [InlineData("```html\n<b>\n```\n<b>", "> ```html\n> <b>\n> ```\n> \\<b>")]
    [InlineData("````\n```\n<b>\n````", "> ````\n> ```\n> <b>\n> ````")]
    [InlineData("~~~ a`b\n<b>", "> ~~~ a`b\n> <b>")]
    [InlineData("``` a`b\n<b>", "> ``` a`b\n> \\<b>")]
    [InlineData("- a\n\n   ```\n<!--", "> - a\n> \n>    ```\n> \\<!--")]
    [InlineData("```\n    ```\n<!--", "> ```\n>     ```\n> \\<!--")]
    public void A_quotation_keeps_its_text_and_acts_on_nothing_after_it(string text, string quoted) =>
        Assert.Equal(quoted, MarkdownText.Quote(text));
}
