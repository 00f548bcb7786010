namespace SessionService.Client;

/// <summary>Which sessions, and in which order. A session must meet all conditions that are given.</summary>
public sealed class SessionQuery
{
    /// <summary>All these words in the title or summary.</summary>
    public string? Text { get; set; }

    /// <summary>By what they are sorted. By default the time of creation.</summary>
    public SessionSort? Sort { get; set; }

    /// <summary>The order. By default descending.</summary>
    public SortOrder? Order { get; set; }

    /// <summary>How many a request asks for: 1 to 100, by default 50.</summary>
    public int? PageSize { get; set; }

    /// <summary>Only active and completed sessions.</summary>
    public bool? ActiveOnly { get; set; }

    /// <summary>Sessions in one of these statuses.</summary>
    public IReadOnlyList<SessionStatus>? Status { get; set; }

    /// <summary>Whether they are starred.</summary>
    public bool? Starred { get; set; }

    /// <summary>Created after this time.</summary>
    public DateTimeOffset? CreatedAfter { get; set; }

    /// <summary>Created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; set; }

    /// <summary>Last active after this time.</summary>
    public DateTimeOffset? ActiveAfter { get; set; }

    /// <summary>Last active before this time.</summary>
    public DateTimeOffset? ActiveBefore { get; set; }

    /// <summary>Conditions on the metadata.</summary>
    public IReadOnlyList<MetadataCondition>? Metadata { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal static Query ToQuery(SessionQuery? query, int? page, string? cursor) => new()
    {
        { "q", query?.Text },
        { "sort", query?.Sort },
        { "order", query?.Order },
        { "page", page },
        { "page_size", query?.PageSize },
        { "cursor", cursor },
        { "active_only", query?.ActiveOnly },
        { "status", query?.Status },
        { "starred", query?.Starred },
        { "created_after", query?.CreatedAfter },
        { "created_before", query?.CreatedBefore },
        { "active_after", query?.ActiveAfter },
        { "active_before", query?.ActiveBefore },
        { "consistency", query?.Consistency },
        query?.Metadata,
    };
}
