using SessionService.Application.Time;
using SessionService.Domain.Errors;

namespace SessionService.Application.Usage;

/// <summary>Sums up the tokens and cost of messages.</summary>
public sealed class UsageService(IUsageStore usage, TimeProvider time)
{
    public const int MaxRows = 10_000;

    internal const string UnknownZone = "must be the IANA name of a time zone, such as Europe/Berlin";

    /// <param name="userId">The user whose messages count; <see langword="null"/> for all users.</param>
    /// <param name="query">The time, the buckets and the grouping.</param>
    /// <exception cref="InvalidFieldException">There is no such time zone, or it would be too much for an answer.</exception>
    public async Task<UsageResponse> GetAsync(string? userId, GetUsageQuery query, CancellationToken cancellationToken)
    {
        if (userId is null && query.GroupBy is "session")
        {
            throw new InvalidFieldException(
                "group_by", "must be message_type or metadata.model here: whose sessions there are is nobody else's business");
        }

        var selection = query.ToSelection(time.GetDatabaseNow());
        if (GetUsageQuery.IsTooLong(selection))
        {
            throw new InvalidFieldException("from", $"must be at most {GetUsageQuery.MaxBuckets} buckets before to");
        }

        if (!await usage.KnowsZoneAsync(selection.Zone, cancellationToken))
        {
            throw new InvalidFieldException("tz", UnknownZone);
        }

        var report = await usage.ReadAsync(userId, selection, MaxRows + 1, cancellationToken);
        if (report.To <= report.From)
        {
            throw new InvalidFieldException("to", "must be after from");
        }

        if (report.Rows.Count > MaxRows)
        {
            throw new InvalidFieldException("from", $"must be later: the answer would have more than {MaxRows} rows");
        }

        return new UsageResponse
        {
            UserId = userId,
            From = report.From,
            To = report.To,
            Bucket = selection.Bucket,
            Tz = selection.Zone,
            GroupBy = selection.GroupBy,
            Usage = report.Rows,
            Totals = new UsageTotals
            {
                Messages = report.Rows.Sum(row => row.Messages),
                Tokens = report.Rows.Sum(row => row.Tokens),
                CostUsd = report.Rows.Sum(row => row.CostUsd),
            },
        };
    }
}
