namespace SessionService.Application.Time;

/// <summary>Time as the database keeps it.</summary>
public static class DatabaseClock
{
    /// <summary>The oldest time that a client may give: nothing here is older than the machines that hold it.</summary>
    public static readonly DateTimeOffset Oldest = DateTimeOffset.UnixEpoch;

    /// <summary>Now, to the microsecond of <c>timestamptz</c>, so that an answer shows the time that a later read shows.</summary>
    public static DateTimeOffset GetDatabaseNow(this TimeProvider time) => time.GetUtcNow().ToDatabaseTime();

    /// <summary>The same instant in UTC, cut to the microsecond.</summary>
    public static DateTimeOffset ToDatabaseTime(this DateTimeOffset time) =>
        new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
}
