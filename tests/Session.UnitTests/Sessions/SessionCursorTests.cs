using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;

namespace SessionService.UnitTests.Sessions;

public sealed class SessionCursorTests
{
    private static readonly SessionFilter Everything = new();

    private static readonly SessionCursor Cursor =
        new(new DateTimeOffset(2025, 9, 23, 14, 21, 49, TimeSpan.Zero).AddMicroseconds(365_937).UtcTicks, Guid.Parse("a87a9d6e-4137-4d41-8ab8-a13c4abcc83e"));

    public static TheoryData<bool, SessionStatus?> Filters()
    {
        var filters = new TheoryData<bool, SessionStatus?>();
        foreach (var status in Enum.GetValues<SessionStatus>().Cast<SessionStatus?>().Prepend(null))
        {
            filters.Add(false, status);
            filters.Add(true, status);
        }

        return filters;
    }

    [Theory]
    [MemberData(nameof(Filters))]
    public void A_cursor_comes_back_as_it_went_out_with_its_own_filters_only(bool activeOnly, SessionStatus? status)
    {
        var text = Cursor.ToText(Filter(activeOnly, status));

        foreach (var row in Filters())
        {
            var (otherActiveOnly, otherStatus) = ((bool)row[0]!, (SessionStatus?)row[1]);
            var isSame = activeOnly == otherActiveOnly && status == otherStatus;
            Assert.Equal(isSame, SessionCursor.TryParse(text, Filter(otherActiveOnly, otherStatus), out var cursor));
            Assert.Equal(isSame ? Cursor : default, cursor);
        }
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(3155378975999999999L)]
    public void Every_time_fits(long ticks)
    {
        var cursor = new SessionCursor(ticks, Guid.Empty);

        Assert.True(SessionCursor.TryParse(cursor.ToText(Everything), Everything, out var parsed));
        Assert.Equal(cursor, parsed);
    }

    [Fact]
    public void Every_cost_comes_back_to_the_last_digit_and_none_beyond_the_column_does()
    {
        var filter = new SessionFilter { Sort = SessionSort.TotalCost };

        Assert.True(SessionCursor.TryParse(new SessionCursor((Int128)9_999_999_999_999_999_999_999_999_999m, Guid.Empty).ToText(filter), filter, out var cursor));
        Assert.Equal(999_999_999_999_999_999.999_999_999_9m, cursor.Cost);
        Assert.False(SessionCursor.TryParse(new SessionCursor(Int128.MaxValue, Guid.Empty).ToText(filter), filter, out _));
        Assert.False(SessionCursor.TryParse(new SessionCursor(-1, Guid.Empty).ToText(filter), filter, out _));
    }

    [Fact]
    public void A_cursor_of_another_order_is_refused()
    {
        var text = new SessionCursor(7, Guid.Empty).ToText(new SessionFilter { Sort = SessionSort.MessageCount });

        Assert.True(SessionCursor.TryParse(text, new SessionFilter { Sort = SessionSort.MessageCount }, out _));
        Assert.False(SessionCursor.TryParse(text, new SessionFilter { Sort = SessionSort.MessageCount, IsAscending = true }, out _));
        Assert.False(SessionCursor.TryParse(text, new SessionFilter { Sort = SessionSort.TotalCost }, out _));
    }

    [Fact]
    public void The_text_needs_no_encoding_in_a_URL()
    {
        for (var i = 0; i < 1000; i++)
        {
            Assert.Matches("^[A-Za-z0-9_-]{52}$", new SessionCursor(Cursor.Position + i, Guid.NewGuid()).ToText(Everything));
        }
    }

    [Fact]
    public void A_change_of_any_character_is_noticed()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_ +/=é";
        var text = Cursor.ToText(Everything);

        for (var i = 0; i < text.Length; i++)
        {
            foreach (var character in Alphabet.Where(character => character != text[i]))
            {
                Assert.False(SessionCursor.TryParse(text[..i] + character + text[(i + 1)..], Everything, out _));
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("A")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("AQ__________________________________AAAA")]
    [InlineData("                                        ")]
    public void Other_text_is_no_cursor(string text) => Assert.False(SessionCursor.TryParse(text, Everything, out _));

    private static SessionFilter Filter(bool activeOnly, SessionStatus? status) =>
        new() { ActiveOnly = activeOnly, Statuses = status is { } one ? [one] : [] };
}
