using SessionService.Application.Time;

namespace SessionService.UnitTests.Time;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2025-09-23T14:21:49Z", "2025-09-23T14:21:49.0000000+00:00")]
    [InlineData("2025-09-23T14:21:49.1234567+02:00", "2025-09-23T12:21:49.1234560+00:00")]
    [InlineData("2025-09-23T14:21:49 02:00", "2025-09-23T12:21:49.0000000+00:00")]
    [InlineData("2025-09-23T14:21:49.365937", "2025-09-23T14:21:49.3659370+00:00")]
    [InlineData("2025-09-23", "2025-09-23T00:00:00.0000000+00:00")]
    public void A_query_takes_times_and_dates(string text, string expected)
    {
        Assert.Equal(expected, Rfc3339.Parse(text)?.ToString("O"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("2025-9-23")]
    [InlineData("2025-02-30")]
    [InlineData("20250923")]
    [InlineData(" 2025-09-23")]
    public void Other_text_is_neither(string text)
    {
        Assert.Null(Rfc3339.Parse(text));
    }
}
