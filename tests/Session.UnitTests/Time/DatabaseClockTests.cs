using Microsoft.Extensions.Time.Testing;
using SessionService.Application.Time;

namespace SessionService.UnitTests.Time;

public sealed class DatabaseClockTests
{
    [Fact]
    public void Now_is_cut_to_the_microsecond_that_the_database_keeps()
    {
        var now = new DateTimeOffset(2025, 9, 23, 14, 21, 49, TimeSpan.Zero).AddTicks(3_659_379);

        Assert.Equal(now.AddTicks(-9), new FakeTimeProvider(now).GetDatabaseNow());
    }

    [Fact]
    public void A_time_with_an_offset_becomes_the_same_instant_in_UTC()
    {
        var given = new DateTimeOffset(2025, 9, 23, 16, 21, 49, TimeSpan.FromHours(2));

        var stored = given.ToDatabaseTime();

        Assert.Equal(given, stored);
        Assert.Equal(TimeSpan.Zero, stored.Offset);
    }
}
