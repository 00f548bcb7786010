namespace SessionService.Client;

/// <summary>Where a full text search looks.</summary>
public sealed class SearchQuery : SessionConditions
{
    /// <summary>Only in this session.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>In this branch, or in <c>all</c>; by default in the current branch.</summary>
    public string? Branch { get; set; }

    /// <summary>In calls of tools instead of texts.</summary>
    public SearchPlace? In { get; set; }

    /// <summary>Only messages of this role.</summary>
    public MessageRole? Role { get; set; }

    /// <summary>Only messages of this type, or <c>title</c>, <c>summary</c>, <c>memory</c>.</summary>
    public string? MessageType { get; set; }

    /// <summary>Only what was written at this time or later.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Only what was written before this time.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>How many sessions a request asks for: 1 to 100, by default 20. In one session: how many hits.</summary>
    public int? Limit { get; set; }

    /// <summary>How many hits a session shows: 1 to 20, by default 3.</summary>
    public int? HitsPerSession { get; set; }

    internal static Query ToQuery(string text, SearchQuery? query, string? cursor)
    {
        var parameters = new Query
        {
            { "q", text },
            { "session_id", query?.SessionId },
            { "branch", query?.Branch },
            { "in", query?.In },
            { "role", query?.Role },
            { "message_type", query?.MessageType },
            { "from", query?.From },
            { "to", query?.To },
            { "limit", query?.Limit },
            { "hits_per_session", query?.HitsPerSession },
            { "cursor", cursor },
        };
        query?.AddTo(parameters);
        return parameters;
    }
}
