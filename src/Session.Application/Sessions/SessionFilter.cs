using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>The filters and the order of a list of sessions. <see langword="null"/> or empty: no filter.</summary>
public sealed record SessionFilter
{
    public bool ActiveOnly { get; init; }

    public IReadOnlyList<SessionStatus> Statuses { get; init; } = [];

    public bool? IsStarred { get; init; }

    public DateTimeOffset? CreatedAfter { get; init; }

    public DateTimeOffset? CreatedBefore { get; init; }

    public DateTimeOffset? ActiveAfter { get; init; }

    public DateTimeOffset? ActiveBefore { get; init; }

    public IReadOnlyList<MetadataCondition> Metadata { get; init; } = [];

    /// <summary>Each word must be in the title or in the summary, in any case.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    public SessionSort Sort { get; init; }

    public bool IsAscending { get; init; }

    /// <summary>The statuses that are asked for; <see langword="null"/> when all are.</summary>
    public IReadOnlyList<SessionStatus>? WantedStatuses()
    {
        if (Statuses.Count == 0 && !ActiveOnly)
        {
            return null;
        }

        var named = Statuses.Count == 0 ? Enum.GetValues<SessionStatus>() : Statuses;
        return [.. named.Where(status => !ActiveOnly || status.IsActive())];
    }

    /// <summary>Whether there is no filter.</summary>
    public bool IsOfAll() => IsCounted() && IsStarred is null && WantedStatuses() is null;

    /// <summary>Whether the only filters are statuses and stars. The database keeps the number of sessions for these.</summary>
    public bool IsCounted() =>
        CreatedAfter is null
            && CreatedBefore is null
            && ActiveAfter is null
            && ActiveBefore is null
            && Metadata.Count == 0
            && Words.Count == 0;
}

/// <summary>What a list of sessions is sorted by; ties by id.</summary>
public enum SessionSort
{
    CreatedAt,
    LastActivity,
    MessageCount,
    TotalCost,
}
