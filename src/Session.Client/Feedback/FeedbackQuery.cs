namespace SessionService.Client;

/// <summary>Which feedback of a user.</summary>
public sealed class FeedbackQuery
{
    /// <summary>Only feedback on messages of this session.</summary>
    public Guid? SessionId { get; set; }

    /// <summary>Only feedback of this name.</summary>
    public string? Name { get; set; }

    /// <summary>Only feedback of this source.</summary>
    public FeedbackSource? Source { get; set; }

    /// <summary>Last given at this time or later.</summary>
    public DateTimeOffset? From { get; set; }

    /// <summary>Last given before this time.</summary>
    public DateTimeOffset? To { get; set; }

    /// <summary>How many a request asks for; not for exports.</summary>
    public int? PageSize { get; set; }

    /// <summary>Which server may answer; not for exports.</summary>
    public Consistency? Consistency { get; set; }

    internal static Query ToQuery(FeedbackQuery? query) => new()
    {
        { "session_id", query?.SessionId },
        { "name", query?.Name },
        { "source", query?.Source },
        { "from", query?.From },
        { "to", query?.To },
    };
}
