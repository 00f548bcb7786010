namespace SessionService.Client;

/// <summary>What was found, best first, by session.</summary>
public sealed class SearchResponse
{
    /// <summary>The query as it was given.</summary>
    public string Query { get; set; } = "";

    /// <summary>The sessions of the hits of this page, in the order of their best hit.</summary>
    public IReadOnlyList<FoundSessionResponse> Results { get; set; } = [];

    /// <summary>How many hits there are in all, not only on this page.</summary>
    public long TotalHits { get; set; }

    /// <summary>Where the search goes on, to be given as <c>cursor</c>; null at its end.</summary>
    public string? NextCursor { get; set; }

    /// <summary>
    /// The words of the query that were not searched, as they were given: stop words beside other words, prefixes that are too short or
    /// too many. Absent where every word was searched.
    /// </summary>
    public IReadOnlyList<string>? IgnoredWords { get; set; }
}

/// <summary>A session with the hits in it.</summary>
public sealed class FoundSessionResponse : SessionResponse
{
    /// <summary>The best hits in this session, best first.</summary>
    public IReadOnlyList<SearchHitResponse> Hits { get; set; } = [];
}

/// <summary>A message, title, summary or memory with the words.</summary>
public sealed class SearchHitResponse
{
    /// <summary>The session.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The message's id; null for a title, summary or memory.</summary>
    public Guid? MessageId { get; set; }

    /// <summary>The message's number within its session; null for a title, summary or memory.</summary>
    public long? Sequence { get; set; }

    /// <summary>Who speaks; null for a title, summary or memory.</summary>
    public string? Role { get; set; }

    /// <summary>The whole text.</summary>
    public string Content { get; set; } = "";

    /// <summary>The place of the match as HTML: what matches in <c>mark</c> elements, everything else escaped.</summary>
    public string Snippet { get; set; } = "";

    /// <summary>The message's type; <c>title</c>, <c>summary</c> and <c>memory</c> for those of the session.</summary>
    public string MessageType { get; set; } = "";

    /// <summary>When the message or memory was created; of a title or summary, when its session was.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>How well it matches, 0 to 1, from the query and this text alone.</summary>
    public decimal Rank { get; set; }
}
