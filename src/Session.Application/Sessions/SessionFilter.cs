using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>The sessions that a list is about, and their order. What is <see langword="null"/> or empty asks for nothing.</summary>
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

    /// <summary>Each must be in the title or in the summary, whatever its case.</summary>
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

    /// <summary>Whether it asks for nothing at all.</summary>
    public bool IsOfAll() => IsCounted() && IsStarred is null && WantedStatuses() is null;

    /// <summary>Whether it asks for nothing but statuses and stars, of which the number of sessions is kept.</summary>
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
