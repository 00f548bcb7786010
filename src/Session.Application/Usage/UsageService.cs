using SessionService.Application.Time;
using SessionService.Domain.Errors;

namespace SessionService.Application.Usage;

/// <summary>Sums up the tokens and cost of messages, and their feedback.</summary>
public sealed class UsageService(IUsageStore usage, IFeedbackUsage feedback, TimeProvider time)
{
    public const int MaxRows = 10_000;

    /// <param name="userId">The user whose messages count; <see langword="null"/> for all users.</param>
    /// <param name="query">The time, the buckets and the grouping.</param>
    /// <exception cref="InvalidFieldException">There is nothing between the bounds, or it would be too much for an answer.</exception>
    public async Task<UsageResponse> GetAsync(string? userId, GetUsageQuery query, CancellationToken cancellationToken)
    {
        if (userId is null && query.GroupBy is "session")
        {
            throw new InvalidFieldException(
                "group_by", "must be message_type or metadata.model here: whose sessions there are is nobody else's business");
        }

        var now = time.GetDatabaseNow();
        var calendar = query.ToCalendar();
        var selection = query.ToSelection(calendar, now);
        var edges = selection.Edges;
        if (edges.Count == 1)
        {
            throw new InvalidFieldException("to", "must be after from");
        }

        if (edges.Count - 1 > GetUsageQuery.MaxBuckets)
        {
            throw new InvalidFieldException("from", $"must be at most {GetUsageQuery.MaxBuckets} buckets before to");
        }

        var sums = await usage.ReadAsync(userId, selection, MaxRows + 1, cancellationToken);
        var judged = await FeedbackSums.ReadAsync(feedback, userId, selection, MaxRows + 1, cancellationToken);
        sums = judged?.AddTo(sums) ?? sums;
        if (sums.Count > MaxRows || judged?.Count > MaxRows)
        {
            throw new InvalidFieldException("from", $"must be later: the answer would have more than {MaxRows} rows");
        }

        // A bucket that has not begun is there only if an instance whose clock is ahead has written into it.
        var lastBucket = edges.Count - 2;
        if (query.To is null && lastBucket > 0 && edges[lastBucket] > now && sums.All(sum => sum.Bucket != lastBucket))
        {
            edges = [.. edges.SkipLast(1)];
        }

        var rows = (query.GroupBy is null ? WithEmpty(sums, edges.Count - 1) : sums).Select(Row).ToList();
        return new UsageResponse
        {
            UserId = userId,
            From = edges[0],
            To = edges[^1],
            Bucket = query.Bucket ?? "day",
            Tz = query.Tz ?? "UTC",
            GroupBy = selection.GroupBy,
            Usage = rows,
            Totals = new UsageTotals
            {
                Messages = rows.Sum(row => row.Messages),
                Tokens = rows.Sum(row => row.Tokens),
                CostUsd = rows.Sum(row => row.CostUsd),
                Feedback = judged?.OfAll(),
            },
        };

        UsageRow Row(UsageSum sum) => new()
        {
            Start = edges[sum.Bucket],
            End = edges[sum.Bucket + 1],
            LocalStart = calendar.ToLocal(edges[sum.Bucket]),
            Group = sum.Group,
            Messages = sum.Messages,
            Tokens = sum.Tokens,
            CostUsd = sum.CostUsd,
            Feedback = judged?.Of(sum),
        };
    }

    private static IEnumerable<UsageSum> WithEmpty(IReadOnlyList<UsageSum> sums, int buckets)
    {
        var byBucket = sums.ToDictionary(sum => sum.Bucket);
        return Enumerable.Range(0, buckets)
            .Select(bucket => byBucket.GetValueOrDefault(bucket) ?? new UsageSum(bucket, Group: null, Messages: 0, Tokens: 0, CostUsd: 0));
    }
}
