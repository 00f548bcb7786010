using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using AutoMapper;
using SessionService.Application.Sessions;

namespace SessionService.Application.Search;

/// <summary>What was found, best first, by session.</summary>
public sealed class SearchResponse
{
    /// <summary>The query as it was given.</summary>
    /// <example>test message</example>
    [Required]
    public required string Query { get; init; }

    /// <summary>The sessions of the hits of this page, in the order of their best hit.</summary>
    [Required]
    public required IReadOnlyList<FoundSessionResponse> Results { get; init; }

    /// <summary>How many hits there are in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long TotalHits { get; init; }

    /// <summary>Where the search goes on, to be given as <c>cursor</c>; null at its end.</summary>
    /// <example>null</example>
    public required string? NextCursor { get; init; }

    /// <summary>
    /// The words of the query that were not searched, as they were given: stop words beside other words, prefixes that are too short or too
    /// many. Absent where every word was searched.
    /// </summary>
    /// <example>["the"]</example>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? IgnoredWords { get; init; }

    public static SearchResponse Of(SearchFilter filter, Found found, IMapper mapper) => new()
    {
        Query = filter.Query,
        Results = [.. found.Sessions.Select(session => FoundSessionResponse.Of(session, mapper))],
        TotalHits = found.TotalHits,
        NextCursor = found.Next is { } next ? SearchCursor.ToText(next, filter) : null,
        IgnoredWords = found.IgnoredWords.Count > 0 ? found.IgnoredWords : null,
    };
}

/// <summary>A session with the hits in it.</summary>
public sealed class FoundSessionResponse : SessionResponse
{
    /// <summary>The best hits in this session, best first.</summary>
    [Required]
    public IReadOnlyList<SearchHitResponse> Hits { get; set; } = [];

    internal static FoundSessionResponse Of(FoundSession found, IMapper mapper)
    {
        var response = mapper.Map<FoundSessionResponse>(found.Session);
        response.Hits = found.Hits;
        return response;
    }
}

/// <summary>A message, title, summary or memory with the words.</summary>
public sealed class SearchHitResponse
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The message's id; null for a title, summary or memory.</summary>
    /// <example>9dbb6df9-0ead-4580-9b16-e817e12abbc3</example>
    public required Guid? MessageId { get; init; }

    /// <summary>The message's number within its session; null for a title, summary or memory.</summary>
    /// <example>1</example>
    public required long? Sequence { get; init; }

    /// <summary>Who speaks; null for a title, summary or memory.</summary>
    /// <example>user</example>
    public required string? Role { get; init; }

    /// <summary>The whole text.</summary>
    /// <example>Hello, this is a test message</example>
    [Required]
    public required string Content { get; init; }

    /// <summary>The place of the match as HTML: what matches in <c>mark</c> elements, everything else escaped.</summary>
    /// <example>Hello, this is a &lt;mark&gt;test&lt;/mark&gt; &lt;mark&gt;message&lt;/mark&gt;</example>
    [Required]
    public required string Snippet { get; init; }

    /// <summary>The message's type; <c>title</c>, <c>summary</c> and <c>memory</c> for those of the session.</summary>
    /// <example>chat</example>
    [Required]
    public required string MessageType { get; init; }

    /// <summary>When the message or memory was created; of a title or summary, when its session was.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How well it matches, 0 to 1, from the query and this text alone.</summary>
    /// <example>0.523801</example>
    [Required]
    public required decimal Rank { get; init; }
}
