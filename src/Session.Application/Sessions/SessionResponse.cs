using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using SessionService.Application.Json;

namespace SessionService.Application.Sessions;

/// <summary>A session with the totals of its messages.</summary>
public class SessionResponse
{
    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The owner.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>The status of the session.</summary>
    /// <example>active</example>
    [Required]
    [AllowedValues("active", "completed", "ended", "archived", "expired")]
    public required string Status { get; init; }

    /// <summary>The client's own data.</summary>
    /// <example>{"step": 2}</example>
    [Required]
    public required JsonText ConversationData { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"test": true}</example>
    [Required]
    public required JsonText Metadata { get; init; }

    /// <summary>True while the status is <c>active</c> or <c>completed</c>.</summary>
    /// <example>true</example>
    [Required]
    public required bool IsActive { get; init; }

    /// <summary>The number of messages of all branches, and the sequence of the newest one.</summary>
    /// <example>2</example>
    [Required]
    public required long MessageCount { get; init; }

    /// <summary>The number of messages in the current branch, which are those that lists show.</summary>
    /// <example>2</example>
    [Required]
    public required long VisibleMessages { get; init; }

    /// <summary>The sum of the messages' tokens.</summary>
    /// <example>22</example>
    [Required]
    public required long TotalTokens { get; init; }

    /// <summary>The sum of the messages' cost, USD.</summary>
    /// <example>0.0022</example>
    [Required]
    public required decimal TotalCost { get; init; }

    /// <summary>What the session was about; empty until somebody writes it.</summary>
    /// <example></example>
    [Required(AllowEmptyStrings = true)]
    public required string SessionSummary { get; init; }

    /// <summary>The title; null where there is none.</summary>
    /// <example>Plans for the summer</example>
    public required string? Title { get; init; }

    /// <summary>Whether its user starred it.</summary>
    /// <example>false</example>
    [Required]
    public required bool IsStarred { get; init; }

    /// <summary>When its user starred it; null where it is not starred.</summary>
    /// <example>null</example>
    public required DateTimeOffset? StarredAt { get; init; }

    /// <summary>When the session was created.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When anything of the session last changed.</summary>
    /// <example>2025-09-23T14:54:23.338644Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>When the last message was written.</summary>
    /// <example>2025-09-23T14:54:23.338644Z</example>
    [Required]
    public required DateTimeOffset LastActivity { get; init; }

    /// <summary>When the session was archived; null where it is not. An ended session keeps its status.</summary>
    /// <example>null</example>
    public required DateTimeOffset? ArchivedAt { get; init; }

    /// <summary>The session that this one was forked from; null where it is no fork.</summary>
    /// <example>null</example>
    public required ForkOrigin? ForkedFrom { get; init; }

    /// <summary>The value of the <c>ETag</c> header.</summary>
    [JsonIgnore]
    public string VersionTag { get; init; } = "";
}

/// <summary>The origin of a fork.</summary>
public sealed class ForkOrigin
{
    /// <summary>The original session, which may no longer exist.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The last message that was copied.</summary>
    /// <example>2</example>
    [Required]
    public required long Sequence { get; init; }

    internal static ForkOrigin? Of(Domain.Sessions.Session session) =>
        session is { ForkedFromSessionId: { } sessionId, ForkedFromSequence: { } sequence }
            ? new ForkOrigin { SessionId = sessionId, Sequence = sequence }
            : null;
}
