namespace SessionService.Application.Usage;

/// <summary>What messages used, summed up.</summary>
public interface IUsageStore
{
    /// <summary>Whether a name is that of a time zone (IANA).</summary>
    ValueTask<bool> KnowsZoneAsync(string name, CancellationToken cancellationToken);

    /// <summary>The buckets of a user's, or, where none is named, of everybody's messages that are not empty, up to so many rows.</summary>
    Task<UsageReport> ReadAsync(string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken);
}

/// <summary>Which messages to sum up, and how.</summary>
/// <param name="From">From here on, or from the beginning of the bucket in which it lies.</param>
/// <param name="To">Up to here, or to the end of the bucket in which it lies.</param>
/// <param name="Bucket"><c>hour</c>, <c>day</c> or <c>month</c>.</param>
/// <param name="Zone">The time zone in which these begin.</param>
/// <param name="GroupBy">
/// <c>session</c>, <c>message_type</c> or <c>metadata.model</c>; <see langword="null"/> for a sum over all of them.
/// </param>
public sealed record UsageSelection(UsageBound From, UsageBound To, string Bucket, string Zone, string? GroupBy);

/// <summary>A moment, or the first one of a date in the time zone.</summary>
public readonly record struct UsageBound(DateTimeOffset? Time, DateOnly? Date)
{
    /// <summary>About when it is, to the day.</summary>
    public DateTimeOffset Roughly => Time ?? new DateTimeOffset(Date!.Value.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}

/// <summary>The rows, and the whole buckets that they are of.</summary>
public sealed record UsageReport(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<UsageRow> Rows);
