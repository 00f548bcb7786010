namespace SessionService.Application.Time;

/// <summary>Times with the precision of the database.</summary>
public static class DatabaseClock
{
    /// <summary>The earliest time that a client may give.</summary>
    public static readonly DateTimeOffset Oldest = DateTimeOffset.UnixEpoch;

    /// <summary>How far a client's clock may be ahead of the service's. A time that is less ahead than this counts as now.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>
    /// The current time in whole microseconds, as in <c>timestamptz</c>, so that the answer to a write and later reads show the same time.
    /// </summary>
    public static DateTimeOffset GetDatabaseNow(this TimeProvider time) => time.GetUtcNow().ToDatabaseTime();

    /// <summary>The same instant in UTC, cut to the microsecond.</summary>
    public static DateTimeOffset ToDatabaseTime(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);

    /// <summary>A time that a client gave, and now where that is earlier.</summary>
    public static DateTimeOffset NoLaterThan(this DateTimeOffset given, DateTimeOffset now) => given < now ? given.ToDatabaseTime() : now;
}
