namespace SessionService.Application.Usage;

/// <summary>Sums of the feedback of messages.</summary>
public interface IFeedbackUsage
{
    /// <summary>
    /// The sums of a user's feedback, by the time at which it was last given: first those of the whole time, then those of the buckets in
    /// their order, up to a number of rows. Feedback is not grouped by the type of its message.
    /// </summary>
    Task<IReadOnlyList<FeedbackSum>> ReadAsync(
        string userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken);
}

/// <summary>The sum of the feedback of one name.</summary>
/// <param name="Bucket">The number of the bucket, from 0; <see langword="null"/> for the whole time.</param>
/// <param name="Group">The group.</param>
/// <param name="Name">The name.</param>
/// <param name="Count">How often feedback was given.</param>
/// <param name="Mean">The mean of the numbers; <see langword="null"/> where there is none.</param>
/// <param name="ShareTrue">The share of true among the truth values; <see langword="null"/> where there is none.</param>
public sealed record FeedbackSum(int? Bucket, string? Group, string Name, long Count, double? Mean, double? ShareTrue);
