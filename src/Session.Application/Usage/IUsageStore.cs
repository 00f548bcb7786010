namespace SessionService.Application.Usage;

/// <summary>Sums of the tokens and cost of messages.</summary>
public interface IUsageStore
{
    /// <summary>
    /// The sums of the buckets that hold messages, in their order, up to a number of rows: of one user, or of all users where none is
    /// named.
    /// </summary>
    Task<IReadOnlyList<UsageSum>> ReadAsync(
        string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken);
}

/// <summary>Which messages to sum up, and how.</summary>
/// <param name="Edges">The beginnings of the buckets, and behind them the end of the last one.</param>
/// <param name="GroupBy">
/// <c>session</c>, <c>message_type</c> or <c>metadata.model</c>; <see langword="null"/> for one sum per bucket.
/// </param>
public sealed record UsageSelection(IReadOnlyList<DateTimeOffset> Edges, string? GroupBy);

/// <summary>The sum of a bucket, or of a group within one.</summary>
/// <param name="Bucket">The number of the bucket, from 0.</param>
/// <param name="Group">The group.</param>
/// <param name="Messages">The number of messages.</param>
/// <param name="Tokens">The sum of their tokens.</param>
/// <param name="CostUsd">The sum of their cost.</param>
public sealed record UsageSum(int Bucket, string? Group, long Messages, long Tokens, decimal CostUsd);
