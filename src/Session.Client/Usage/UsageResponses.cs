namespace SessionService.Client;

/// <summary>What messages used, by the time at which they were created.</summary>
public sealed class UsageResponse
{
    /// <summary>Whose messages; null where everybody's.</summary>
    public string? UserId { get; set; }

    /// <summary>The beginning of the first bucket that was asked for.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>The end of the last bucket that was asked for, exclusive.</summary>
    public DateTimeOffset To { get; set; }

    /// <summary>The length of a bucket.</summary>
    public UsageBucket Bucket { get; set; }

    /// <summary>The time zone in which buckets begin.</summary>
    public string Tz { get; set; } = "";

    /// <summary>What a bucket is divided by; null where it is not.</summary>
    public string? GroupBy { get; set; }

    /// <summary>All buckets, the oldest first; with <c>group_by</c> those in which there are messages, and in each its groups.</summary>
    public IReadOnlyList<UsageRow> Usage { get; set; } = [];

    /// <summary>The sums of the rows.</summary>
    public UsageTotals Totals { get; set; } = new();
}

/// <summary>A bucket, or a group within one.</summary>
public sealed class UsageRow : UsageTotals
{
    /// <summary>When the bucket begins.</summary>
    public DateTimeOffset Start { get; set; }

    /// <summary>When the bucket begins, by the clock of the time zone and with its offset from UTC.</summary>
    public string LocalStart { get; set; } = "";

    /// <summary>When the bucket ends, exclusive.</summary>
    public DateTimeOffset End { get; set; }

    /// <summary>
    /// The session's id, the message type or the model; null where the messages name no model, or where nothing is grouped.
    /// </summary>
    public string? Group { get; set; }
}

/// <summary>Sums.</summary>
public class UsageTotals
{
    /// <summary>Number of messages.</summary>
    public long Messages { get; set; }

    /// <summary>Sum of their tokens.</summary>
    public long Tokens { get; set; }

    /// <summary>Sum of their cost, USD, exact.</summary>
    public decimal CostUsd { get; set; }

    /// <summary>
    /// What was thought of messages, by the name of the feedback and the time at which it was last given. Absent in the usage of all
    /// users and in rows of a message type.
    /// </summary>
    public IReadOnlyDictionary<string, FeedbackTotals>? Feedback { get; set; }
}

/// <summary>The sum of the feedback of one name.</summary>
public sealed class FeedbackTotals
{
    /// <summary>How often it was given.</summary>
    public long Count { get; set; }

    /// <summary>The mean of the numbers among the values; null where there is none.</summary>
    public double? Mean { get; set; }

    /// <summary>The share of <c>true</c> among the truth values, 0 to 1; null where there is none.</summary>
    public double? ShareTrue { get; set; }
}

/// <summary>Totals of the whole service, exact at the moment of asking.</summary>
public sealed class StatisticsResponse
{
    /// <summary>Sessions ever created.</summary>
    public long TotalSessions { get; set; }

    /// <summary>Sessions that are active or completed.</summary>
    public long ActiveSessions { get; set; }

    /// <summary>Messages of all sessions.</summary>
    public long TotalMessages { get; set; }

    /// <summary>The sum of their tokens.</summary>
    public long TotalTokens { get; set; }

    /// <summary>The sum of their cost, USD.</summary>
    public decimal TotalCost { get; set; }

    /// <summary>Messages a session; 0 where there is no session.</summary>
    public double AverageMessagesPerSession { get; set; }
}
