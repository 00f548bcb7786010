using System.Buffers.Text;
using SessionService.Application.Feedback;

namespace SessionService.UnitTests.Feedback;

public sealed class FeedbackCursorTests
{
    private static readonly FeedbackCursor Cursor = new(
        new DateTimeOffset(2025, 9, 23, 14, 21, 49, TimeSpan.Zero), new FeedbackPlace(Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e"), 7, "rating"));

    [Theory]
    [InlineData("a")]
    [InlineData("rating")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123")]
    public void A_cursor_is_read_as_it_was_written(string name)
    {
        var cursor = Cursor with { Place = Cursor.Place with { Name = name } };

        Assert.True(FeedbackCursor.TryParse(cursor.ToText("filters"), "filters", out var read));

        Assert.Equal(cursor, read);
    }

    [Fact]
    public void A_cursor_of_another_list_or_with_another_character_is_none()
    {
        var text = Cursor.ToText("filters");

        Assert.False(FeedbackCursor.TryParse(text, "others", out _));
        for (var i = 0; i < text.Length; i++)
        {
            var other = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            Assert.False(FeedbackCursor.TryParse(other, "filters", out _));
        }
    }

    [Fact]
    public void A_forged_name_that_cannot_be_stored_is_refused()
    {
        Assert.True(Base64Url.IsValid(Cursor.ToText("")));
        foreach (var name in new[] { "", "a\0b", "a b", "\n", "a\n" })
        {
            Assert.False(FeedbackCursor.TryParse((Cursor with { Place = Cursor.Place with { Name = name } }).ToText(""), "", out _));
        }
    }
}
