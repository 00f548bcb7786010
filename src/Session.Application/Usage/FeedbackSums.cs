namespace SessionService.Application.Usage;

/// <summary>The sums of feedback beside those of messages.</summary>
internal sealed class FeedbackSums
{
    private readonly IReadOnlyList<FeedbackSum> _sums;
    private readonly ILookup<(int? Bucket, string? Group), FeedbackSum> _byRow;
    private readonly bool _areInRows;

    private FeedbackSums(IReadOnlyList<FeedbackSum> sums, bool areInRows)
    {
        (_sums, _areInRows) = (sums, areInRows);
        _byRow = sums.ToLookup(sum => (sum.Bucket, sum.Group));
    }

    public int Count => _sums.Count;

    /// <returns>The sums; <see langword="null"/> for all users, whose feedback is not summed up.</returns>
    public static async Task<FeedbackSums?> ReadAsync(
        IFeedbackUsage feedback, string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken) =>
        userId is null ? null : new FeedbackSums(
            await feedback.ReadAsync(userId, selection, maxRows, cancellationToken), areInRows: selection.GroupBy is not "message_type");

    /// <summary>
    /// Adds rows for the buckets and groups in which there is feedback and no message, after the other rows of the bucket.
    /// </summary>
    public IReadOnlyList<UsageSum> AddTo(IReadOnlyList<UsageSum> messages)
    {
        if (!_areInRows)
        {
            return messages;
        }

        var there = messages.Select(sum => ((int?)sum.Bucket, sum.Group)).ToHashSet();
        var more = _byRow.Where(row => row.Key.Bucket is not null && !there.Contains(row.Key))
            .Select(row => new UsageSum(row.Key.Bucket!.Value, row.Key.Group, Messages: 0, Tokens: 0, CostUsd: 0));
        return [.. messages.Concat(more).OrderBy(sum => sum.Bucket)];
    }

    public IReadOnlyDictionary<string, FeedbackTotals>? Of(UsageSum row) =>
        _areInRows ? ByName(_byRow[(row.Bucket, row.Group)]) : null;

    public IReadOnlyDictionary<string, FeedbackTotals> OfAll() => ByName(_byRow[(null, null)]);

    private static Dictionary<string, FeedbackTotals> ByName(IEnumerable<FeedbackSum> sums) => sums.ToDictionary(
        sum => sum.Name,
        sum => new FeedbackTotals { Count = sum.Count, Mean = sum.Mean, ShareTrue = sum.ShareTrue },
        StringComparer.Ordinal);
}
