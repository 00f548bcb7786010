using SessionService.Infrastructure.Search;

namespace SessionService.UnitTests.Search;

public sealed class SnippetTests
{
    [Fact]
    public void A_short_text_is_shown_whole_and_escaped()
    {
        Assert.Equal("&lt;b&gt; <mark>R&amp;D</mark> &quot;x&quot; &#39;", Snippet.Of("<b> R&D \"x\" '", [new(4, 7, "rd")]));
        Assert.Equal("", Snippet.Of("", []));
    }

    [Fact]
    public void Neighbours_are_marked_as_one()
    {
        Assert.Equal("我<mark>学习</mark>中<mark>学</mark>", Snippet.Of("我学习中学", [new(1, 2, "学"), new(2, 3, "习"), new(4, 5, "学")]));
    }

    [Fact]
    public void Of_a_long_text_the_place_with_most_of_the_words_is_shown()
    {
        var filler = string.Concat(Enumerable.Repeat("filler ", 100));
        var text = $"{filler}apple {filler}apple pear {filler}";
        var first = text.IndexOf("apple", StringComparison.Ordinal);
        var second = text.IndexOf("apple pear", StringComparison.Ordinal);

        var snippet = Snippet.Of(text, [new(first, first + 5, "appl"), new(second, second + 5, "appl"), new(second + 6, second + 10, "pear")]);

        Assert.Contains("<mark>apple</mark> <mark>pear</mark>", snippet, StringComparison.Ordinal);
        Assert.Matches("^…filler .* filler…$", snippet);
        Assert.InRange(snippet.Length, 150, 300);
    }

    [Fact]
    public void No_character_is_cut_in_two()
    {
        for (var spaces = 0; spaces < 4; spaces++)
        {
            var text = new string('x', spaces) + string.Concat(Enumerable.Repeat("😀", 500));
            for (var at = spaces; at < text.Length; at += 2)
            {
                var snippet = Snippet.Of(text, [new(at, at + 2, "smile")]);
                Assert.DoesNotContain('\uFFFD', System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(snippet)));
                Assert.Contains("<mark>😀</mark>", snippet, StringComparison.Ordinal);
            }
        }
    }
}
