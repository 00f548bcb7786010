using System.Collections.Frozen;
using NodaTime;
using NodaTime.Extensions;

namespace SessionService.Application.Usage;

/// <summary>
/// The buckets of a time zone. They follow each other without gap or overlap, and an instant lies in the bucket of its local date: of a day
/// without midnight, the first moment is later; a day that the calendar skips has no bucket.
/// </summary>
public sealed class UsageCalendar
{
    private static readonly FrozenSet<string> Names = DateTimeZoneProviders.Tzdb.Ids.ToFrozenSet(StringComparer.Ordinal);

    private readonly DateTimeZone _zone;
    private readonly string _bucket;

    /// <param name="zone">The name of a time zone that <see cref="KnowsZone"/>.</param>
    /// <param name="bucket"><c>hour</c>, <c>day</c>, <c>week</c> or <c>month</c>.</param>
    public UsageCalendar(string zone, string bucket)
    {
        _zone = DateTimeZoneProviders.Tzdb[zone];
        _bucket = bucket;
    }

    /// <summary>Whether a name is that of a time zone (IANA).</summary>
    public static bool KnowsZone(string name) => Names.Contains(name);

    /// <summary>The first moment of a date.</summary>
    public DateTimeOffset StartOf(DateOnly date) => StartOfDay(date.ToLocalDate()).ToDateTimeOffset();

    /// <summary>Where the bucket of a moment begins.</summary>
    public DateTimeOffset StartOf(DateTimeOffset time) => StartOf(time.ToInstant()).ToDateTimeOffset();

    /// <summary>
    /// The beginnings of the buckets that cover a time, the oldest first, and behind them the end of the last one; at most one bucket more
    /// than asked for.
    /// </summary>
    public IReadOnlyList<DateTimeOffset> Cover(DateTimeOffset from, DateTimeOffset to, int max)
    {
        var (at, end) = (StartOf(from.ToInstant()), to.ToInstant());
        var edges = new List<DateTimeOffset> { at.ToDateTimeOffset() };
        while (at < end && edges.Count <= max + 1)
        {
            at = EndOf(at);
            edges.Add(at.ToDateTimeOffset());
        }

        return edges;
    }

    /// <summary>The beginning of the first of a number of buckets, the last of which holds a moment.</summary>
    public DateTimeOffset StartOfLast(int buckets, DateTimeOffset last)
    {
        var start = StartOf(last.ToInstant());
        for (; buckets > 1; buckets--)
        {
            start = StartOf(start - Duration.Epsilon);
        }

        return start.ToDateTimeOffset();
    }

    /// <summary>A moment by the clock of the zone, with its offset from UTC in whole minutes.</summary>
    public string ToLocal(DateTimeOffset time)
    {
        var instant = time.ToInstant();
        var offset = Offset.FromSeconds(_zone.GetUtcOffset(instant).Seconds / 60 * 60);
        return instant.WithOffset(offset).ToDateTimeOffset().ToString("yyyy-MM-ddTHH:mm:sszzz");
    }

    private Instant StartOf(Instant time)
    {
        if (_bucket == "hour")
        {
            return StartOfHour(time);
        }

        var date = time.InZone(_zone).Date;
        var first = StartOfDay(FirstOf(date));
        // Where the clock is set back over midnight, it shows a date before the date begins for good.
        return first <= time ? first : StartOfDay(FirstOf(date.PlusDays(-1)));
    }

    private Instant EndOf(Instant start)
    {
        if (_bucket == "hour")
        {
            return EndOfHour(start);
        }

        var first = FirstOf(start.InZone(_zone).Date);
        Instant end;
        do
        {
            first = Next(first);
            end = StartOfDay(first);
        }
        while (end <= start);
        return end;
    }

    /// <summary>The full hour on the clock, or the moment since then at which the clock was set.</summary>
    private Instant StartOfHour(Instant time)
    {
        var interval = _zone.GetZoneInterval(time);
        var offset = interval.WallOffset;
        var start = time.WithOffset(offset).With(TimeAdjusters.TruncateToHour).ToInstant();
        while (interval.HasStart && interval.Start > start)
        {
            var later = interval.Start;
            interval = _zone.GetZoneInterval(later - Duration.Epsilon);
            // Some intervals differ in the name of the time only.
            if (interval.WallOffset != offset)
            {
                return later;
            }
        }

        return start;
    }

    /// <summary>The next full hour on the clock, or the moment before at which the clock is set.</summary>
    private Instant EndOfHour(Instant start)
    {
        var interval = _zone.GetZoneInterval(start);
        var offset = interval.WallOffset;
        var end = start.WithOffset(offset).With(TimeAdjusters.TruncateToHour).ToInstant() + Duration.FromHours(1);
        while (interval.HasEnd && interval.End < end)
        {
            var earlier = interval.End;
            interval = _zone.GetZoneInterval(earlier);
            if (interval.WallOffset != offset)
            {
                return earlier;
            }
        }

        return end;
    }

    private LocalDate FirstOf(LocalDate date) => _bucket switch
    {
        "month" => date.With(DateAdjusters.StartOfMonth),
        "week" => date.With(DateAdjusters.PreviousOrSame(IsoDayOfWeek.Monday)),
        _ => date,
    };

    private LocalDate Next(LocalDate first) => _bucket switch
    {
        "month" => first.PlusMonths(1),
        "week" => first.PlusWeeks(1),
        _ => first.PlusDays(1),
    };

    /// <summary>The moment from which on the clock shows this date or a later one.</summary>
    private Instant StartOfDay(LocalDate date)
    {
        var midnight = _zone.MapLocal(date.AtMidnight());
        return midnight.Count switch
        {
            // Midnight, or the whole day, is skipped.
            0 => midnight.LateInterval.Start,
            1 => midnight.Single().ToInstant(),
            // Set back over midnight, the clock shows the day before once more.
            _ => (midnight.LateInterval.IsoLocalStart.Date < date ? midnight.Last() : midnight.First()).ToInstant(),
        };
    }
}
