namespace SessionService.Client;

/// <summary>Which sessions, and in which order. A session must meet all conditions that are given.</summary>
public sealed class SessionQuery : SessionConditions
{
    /// <summary>All these words in the title or summary.</summary>
    public string? Text { get; set; }

    /// <summary>By what they are sorted. By default the time of creation.</summary>
    public SessionSort? Sort { get; set; }

    /// <summary>The order. By default descending.</summary>
    public SortOrder? Order { get; set; }

    /// <summary>How many a request asks for: 1 to 100, by default 50.</summary>
    public int? PageSize { get; set; }

    /// <summary>Which server may answer.</summary>
    public Consistency? Consistency { get; set; }

    internal static Query ToQuery(SessionQuery? query, int? page, string? cursor)
    {
        var parameters = new Query
        {
            { "q", query?.Text },
            { "sort", query?.Sort },
            { "order", query?.Order },
            { "page", page },
            { "page_size", query?.PageSize },
            { "cursor", cursor },
            { "consistency", query?.Consistency },
        };
        query?.AddTo(parameters);
        return parameters;
    }
}
