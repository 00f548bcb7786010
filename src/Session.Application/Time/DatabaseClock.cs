namespace SessionService.Application.Time;

/// <summary>Times with the precision of the database.</summary>
public static class DatabaseClock
{
    /// <summary>The earliest time that a client may give.</summary>
    public static readonly DateTimeOffset Oldest = DateTimeOffset.UnixEpoch;

    /// <summary>
    /// The current time in whole microseconds, as in <c>timestamptz</c>, so that the answer to a write and later reads show the same time.
    /// </summary>
    public static DateTimeOffset GetDatabaseNow(this TimeProvider time) => time.GetUtcNow().ToDatabaseTime();

    /// <summary>The same instant in UTC, cut to the microsecond.</summary>
    public static DateTimeOffset ToDatabaseTime(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
