using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SessionService.Client;

/// <summary>A session with the totals of its messages.</summary>
public class SessionResponse : ITagged
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The owner.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The status of the session.</summary>
    public SessionStatus Status { get; set; }

    /// <summary>The client's own data.</summary>
    public JsonObject ConversationData { get; set; } = [];

    /// <summary>The client's own labels.</summary>
    public JsonObject Metadata { get; set; } = [];

    /// <summary>True while the status is <c>active</c> or <c>completed</c>.</summary>
    public bool IsActive { get; set; }

    /// <summary>The number of messages of all branches, and the sequence of the newest one.</summary>
    public long MessageCount { get; set; }

    /// <summary>The number of messages in the current branch, which are those that lists show.</summary>
    public long VisibleMessages { get; set; }

    /// <summary>The sum of the messages' tokens.</summary>
    public long TotalTokens { get; set; }

    /// <summary>The sum of the messages' cost, USD.</summary>
    public decimal TotalCost { get; set; }

    /// <summary>What the session was about; empty until somebody writes it.</summary>
    public string SessionSummary { get; set; } = "";

    /// <summary>The title; null where there is none.</summary>
    public string? Title { get; set; }

    /// <summary>Whether its user starred it.</summary>
    public bool IsStarred { get; set; }

    /// <summary>When its user starred it; null where it is not starred.</summary>
    public DateTimeOffset? StarredAt { get; set; }

    /// <summary>When the session was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When anything of the session last changed.</summary>
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>When the last message was written.</summary>
    public DateTimeOffset LastActivity { get; set; }

    /// <summary>When the session was archived; null where it is not. An ended session keeps its status.</summary>
    public DateTimeOffset? ArchivedAt { get; set; }

    /// <summary>The session that this one was forked from; null where it is no fork.</summary>
    public ForkOrigin? ForkedFrom { get; set; }

    /// <summary>The version of what the answer shows, for <c>If-Match</c>; <see langword="null"/> in a list.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }
}

/// <summary>The origin of a fork.</summary>
public sealed class ForkOrigin
{
    /// <summary>The original session, which may no longer exist.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The last message that was copied.</summary>
    public long Sequence { get; set; }
}

/// <summary>A page of a user's sessions, newest first.</summary>
public sealed class SessionListResponse
{
    /// <summary>The sessions of the page.</summary>
    public IReadOnlyList<SessionResponse> Sessions { get; set; } = [];

    /// <summary>How many sessions there are in all, not only on this page.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    public int Page { get; set; }

    /// <summary>Sessions a page.</summary>
    public int PageSize { get; set; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    public string? NextCursor { get; set; }
}

/// <summary>The figures of a session, without its free JSON.</summary>
public sealed class SessionSummaryResponse
{
    /// <summary>The session's id.</summary>
    public Guid SessionId { get; set; }

    /// <summary>The owner.</summary>
    public string UserId { get; set; } = "";

    /// <summary>The status of the session.</summary>
    public SessionStatus Status { get; set; }

    /// <summary>The number of messages.</summary>
    public long MessageCount { get; set; }

    /// <summary>The number of messages in the current branch, which are those that lists show.</summary>
    public long VisibleMessages { get; set; }

    /// <summary>The sum of the messages' tokens.</summary>
    public long TotalTokens { get; set; }

    /// <summary>The sum of the messages' cost, USD.</summary>
    public decimal TotalCost { get; set; }

    /// <summary>Whether the session has a memory.</summary>
    public bool HasMemory { get; set; }

    /// <summary>True while the status is <c>active</c> or <c>completed</c>.</summary>
    public bool IsActive { get; set; }

    /// <summary>When the session was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When the last message was written.</summary>
    public DateTimeOffset LastActivity { get; set; }
}

/// <summary>The session has ended.</summary>
public sealed class SessionEndedResponse
{
    /// <summary>Always the same sentence.</summary>
    public string Message { get; set; } = "";
}
