using NodaTime;
using NodaTime.Extensions;
using SessionService.Application.Usage;

namespace SessionService.UnitTests.Usage;

/// <summary>Buckets of every zone, around every moment in 30 years at which its clock is set.</summary>
public sealed class UsageCalendarTests
{
    private static readonly Instant Since = Instant.FromUtc(2000, 1, 1, 0, 0);
    private static readonly Instant Until = Instant.FromUtc(2030, 1, 1, 0, 0);
    private static readonly Duration Step = Duration.FromMinutes(15);

    public static TheoryData<string> Buckets => ["hour", "day", "week", "month"];

    [Theory]
    [MemberData(nameof(Buckets))]
    public void Buckets_are_a_partition_of_time_and_an_instant_lies_in_the_bucket_of_its_local_date(string bucket)
    {
        foreach (var id in DateTimeZoneProviders.Tzdb.Ids)
        {
            var zone = DateTimeZoneProviders.Tzdb[id];
            var calendar = new UsageCalendar(id, bucket);
            foreach (var transition in zone.GetZoneIntervals(Since, Until).Where(interval => interval.HasStart && interval.Start >= Since).Select(interval => interval.Start))
            {
                AssertIsPartition(calendar, bucket, zone, transition);
            }
        }
    }

    [Theory]
    [InlineData("Africa/Cairo", "2025-04-25", "2025-04-24T22:00:00Z", "2025-04-25T21:00:00Z")]
    [InlineData("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "2024-11-04T05:00:00Z")]
    [InlineData("America/St_Johns", "2010-11-07", "2010-11-07T03:30:00Z", "2010-11-08T03:30:00Z")]
    [InlineData("Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z")]
    public void A_day_begins_when_its_date_does(string zone, string date, string start, string end)
    {
        var calendar = new UsageCalendar(zone, "day");
        var first = calendar.StartOf(DateOnly.Parse(date));

        Assert.Equal([DateTimeOffset.Parse(start), DateTimeOffset.Parse(end)], calendar.Cover(first, first.AddTicks(1), max: 1));
    }

    [Fact]
    public void An_hour_in_which_the_clock_is_set_has_two_buckets()
    {
        var calendar = new UsageCalendar("Australia/Lord_Howe", "hour");
        var edges = calendar.Cover(DateTimeOffset.Parse("2024-04-06T14:00:00Z"), DateTimeOffset.Parse("2024-04-06T16:00:00Z"), max: 10);

        Assert.Equal(
            ["2024-04-07T01:00:00+11:00", "2024-04-07T01:30:00+10:30", "2024-04-07T02:00:00+10:30", "2024-04-07T03:00:00+10:30"], edges.Select(calendar.ToLocal));
    }

    [Fact]
    public void More_buckets_than_asked_for_are_not_made() =>
        Assert.Equal(12, new UsageCalendar("UTC", "hour").Cover(DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddDays(-1), max: 10).Count);

    [Theory]
    [InlineData("Europe/Berlin", true)]
    [InlineData("UTC", true)]
    [InlineData("US/Pacific", true)]
    [InlineData("europe/berlin", false)]
    [InlineData("UTC+03", false)]
    [InlineData("", false)]
    public void A_zone_is_known_by_its_exact_name(string name, bool isKnown) => Assert.Equal(isKnown, UsageCalendar.KnowsZone(name));

    private static void AssertIsPartition(UsageCalendar calendar, string bucket, DateTimeZone zone, Instant transition)
    {
        var (from, to) = (transition - Duration.FromHours(30), transition + Duration.FromHours(30));
        var edges = calendar.Cover(from.ToDateTimeOffset(), to.ToDateTimeOffset(), max: 1_000).Select(edge => edge.ToInstant()).ToList();
        Assert.True(edges[0] <= from && edges[^1] >= to);
        Assert.All(edges.Zip(edges.Skip(1)), pair => Assert.True(pair.First < pair.Second, $"{zone} {transition}: {pair}"));

        var at = 0;
        for (var time = from; time < to; time += Step)
        {
            while (edges[at + 1] <= time)
            {
                at++;
            }

            var name = $"{zone} {transition}: {time} in {edges[at]}";
            Assert.True(calendar.StartOf(time.ToDateTimeOffset()).ToInstant() == edges[at], name);
            var (shown, start) = (time.InZone(zone), edges[at].InZone(zone));
            if (bucket == "hour")
            {
                Assert.True((start.Date, start.Hour, start.Offset) == (shown.Date, shown.Hour, shown.Offset), name);
                Assert.True(edges[at + 1] - edges[at] <= Duration.FromHours(1), name);
            }
            else if (FirstOf(shown.Date, bucket) != FirstOf(start.Date, bucket))
            {
                // The clock shows the date for a while, and is set back over midnight then.
                var next = zone.GetZoneInterval(time).End;
                Assert.True(next.InZone(zone).Date < shown.Date && edges[at + 1] > next && next - time <= Duration.FromHours(2), name);
            }
        }
    }

    private static LocalDate FirstOf(LocalDate date, string bucket) => bucket switch
    {
        "month" => new LocalDate(date.Year, date.Month, 1),
        "week" => date.PlusDays(1 - (int)date.DayOfWeek),
        _ => date,
    };
}
