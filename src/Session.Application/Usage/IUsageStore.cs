namespace SessionService.Application.Usage;

/// <summary>Sums of the tokens and cost of messages.</summary>
public interface IUsageStore
{
    /// <summary>Whether a name is that of a time zone (IANA).</summary>
    ValueTask<bool> KnowsZoneAsync(string name, CancellationToken cancellationToken);

    /// <summary>The buckets that hold messages, up to a number of rows: of one user, or of all users where none is named.</summary>
    Task<UsageReport> ReadAsync(string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken);
}

/// <summary>Which messages to sum up, and how.</summary>
/// <param name="From">The start, extended to the start of its bucket.</param>
/// <param name="To">The end, extended to the end of its bucket.</param>
/// <param name="Bucket"><c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="Zone">The time zone in which buckets begin.</param>
/// <param name="GroupBy">
/// <c>session</c>, <c>message_type</c> or <c>metadata.model</c>; <see langword="null"/> for one sum per bucket.
/// </param>
public sealed record UsageSelection(UsageBound From, UsageBound To, string Bucket, string Zone, string? GroupBy);

/// <summary>A time, or a date, which means its first moment in the time zone.</summary>
public readonly record struct UsageBound(DateTimeOffset? Time, DateOnly? Date)
{
    /// <summary>The time, for a date correct to about a day.</summary>
    public DateTimeOffset Roughly => Time ?? new DateTimeOffset(Date!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}

/// <summary>The rows, and the time that their buckets cover.</summary>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageRow> Rows);
