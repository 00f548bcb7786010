using System.Diagnostics;
using Microsoft.Extensions.Options;
using SessionService.Application.Contexts;
using SessionService.Application.Contexts.Tokens;

namespace SessionService.UnitTests.Contexts;

public sealed class TokenCounterTests
{
    private static readonly TokenCounter Counter = Of(TokenCounter.O200kBase);

    [Theory]
    [InlineData("Hello, world!", 4, 4)]
    [InlineData("日本語日本", 3, 4)]
    [InlineData("", 1, 1)]
    public void Tokens_are_counted_as_the_setting_says(string text, int tokens, int byBytes)
    {
        Assert.Equal((tokens, byBytes), (Counter.Count(text), Of(TokenCounter.Bytes).Count(text)));
    }

    [Fact]
    public void Texts_of_Chinese_count_what_they_take()
    {
        var text = string.Concat(Enumerable.Repeat("今天天气很好，我们去公园散步。", 100));

        var (exact, byBytes) = (Counter.Count(text), Of(TokenCounter.Bytes).Count(text));

        Assert.InRange(exact, 700, 1_100);
        Assert.InRange(byBytes, exact + 1, int.MaxValue);
    }

    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog, 12 times. ")]
    [InlineData("語")]
    [InlineData("😀")]
    [InlineData("x")]
    public void Long_texts_are_counted_by_samples(string sentence)
    {
        var part = string.Concat(Enumerable.Repeat(sentence, 8_000 / sentence.Length));

        var (once, often) = (Counter.Count(part), Counter.Count(string.Concat(Enumerable.Repeat(part, 50))));

        Assert.InRange((double)often / once, 48, 52);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("語")]
    [InlineData("qZ8")]
    public void A_long_text_without_blanks_takes_no_second(string letters)
    {
        var text = string.Concat(Enumerable.Repeat(letters, 1024 * 1024 / letters.Length));
        Counter.Count("load");

        // The shortest time is the counter's own. In the others the machine may have paused.
        Assert.InRange(Enumerable.Range(0, 3).Min(_ => Measure()), TimeSpan.Zero, TimeSpan.FromSeconds(1));

        TimeSpan Measure()
        {
            var start = Stopwatch.GetTimestamp();
            Counter.Count(text);
            return Stopwatch.GetElapsedTime(start);
        }
    }

    private static TokenCounter Of(string tokenizer) => new(Options.Create(new ContextOptions { Tokenizer = tokenizer }));
}
