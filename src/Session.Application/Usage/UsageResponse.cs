using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace SessionService.Application.Usage;

/// <summary>What messages used, by the time at which they were created.</summary>
public sealed class UsageResponse
{
    /// <summary>Whose messages; null where everybody's.</summary>
    /// <example>test_user_123</example>
    public required string? UserId { get; init; }

    /// <summary>The beginning of the first bucket that was asked for.</summary>
    /// <example>2025-09-22T22:00:00.000000Z</example>
    [Required]
    public required DateTimeOffset From { get; init; }

    /// <summary>The end of the last bucket that was asked for, exclusive.</summary>
    /// <example>2025-09-24T22:00:00.000000Z</example>
    [Required]
    public required DateTimeOffset To { get; init; }

    /// <summary>The length of a bucket.</summary>
    /// <example>day</example>
    [Required]
    [AllowedValues("hour", "day", "week", "month")]
    public required string Bucket { get; init; }

    /// <summary>The time zone in which buckets begin.</summary>
    /// <example>Europe/Berlin</example>
    [Required]
    public required string Tz { get; init; }

    /// <summary>What a bucket is divided by; null where it is not.</summary>
    /// <example>metadata.model</example>
    public required string? GroupBy { get; init; }

    /// <summary>All buckets, the oldest first; with <c>group_by</c> those in which there are messages, and in each its groups.</summary>
    [Required]
    public required IReadOnlyList<UsageRow> Usage { get; init; }

    /// <summary>The sums of the rows.</summary>
    [Required]
    public required UsageTotals Totals { get; init; }
}

/// <summary>A bucket, or a group within one.</summary>
public sealed class UsageRow : UsageTotals
{
    /// <summary>When the bucket begins.</summary>
    /// <example>2025-09-22T22:00:00.000000Z</example>
    [Required]
    public required DateTimeOffset Start { get; init; }

    /// <summary>When the bucket begins, by the clock of the time zone and with its offset from UTC.</summary>
    /// <example>2025-09-23T00:00:00+02:00</example>
    [Required]
    public required string LocalStart { get; init; }

    /// <summary>When the bucket ends, exclusive.</summary>
    /// <example>2025-09-23T22:00:00.000000Z</example>
    [Required]
    public required DateTimeOffset End { get; init; }

    /// <summary>
    /// The session's id, the message type or the model; null where the messages name no model, or where nothing is grouped.
    /// </summary>
    /// <example>gpt-4o</example>
    public required string? Group { get; init; }
}

/// <summary>Sums.</summary>
public class UsageTotals
{
    /// <summary>Number of messages.</summary>
    /// <example>2</example>
    [Required]
    public required long Messages { get; init; }

    /// <summary>Sum of their tokens.</summary>
    /// <example>22</example>
    [Required]
    public required long Tokens { get; init; }

    /// <summary>Sum of their cost, USD, exact.</summary>
    /// <example>0.0022</example>
    [Required]
    public required decimal CostUsd { get; init; }

    /// <summary>
    /// What was thought of messages, by the name of the feedback and the time at which it was last given. Absent in the usage of all users
    /// and in rows of a message type.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, FeedbackTotals>? Feedback { get; init; }
}

/// <summary>The sum of the feedback of one name.</summary>
public sealed class FeedbackTotals
{
    /// <summary>How often it was given.</summary>
    /// <example>3</example>
    [Required]
    public required long Count { get; init; }

    /// <summary>The mean of the numbers among the values; null where there is none.</summary>
    /// <example>4.5</example>
    public required double? Mean { get; init; }

    /// <summary>The share of <c>true</c> among the truth values, 0 to 1; null where there is none.</summary>
    /// <example>null</example>
    public required double? ShareTrue { get; init; }
}
