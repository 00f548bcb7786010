namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>Times as the database keeps them: whole microseconds since 1970.</summary>
internal static class Microseconds
{
    public static long Of(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Whole milliseconds, cut off.</summary>
    public static long ToMilliseconds(long microseconds) => microseconds / 1_000;

    public static DateTime ToTime(long microseconds) => DateTime.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}
