using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Sessions;

/// <summary>The figures of a session, without its free JSON.</summary>
public sealed class SessionSummaryResponse
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

    /// <summary>The number of messages.</summary>
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

    /// <summary>Whether the session has a memory.</summary>
    /// <example>true</example>
    [Required]
    public required bool HasMemory { get; init; }

    /// <summary>True while the status is <c>active</c> or <c>completed</c>.</summary>
    /// <example>true</example>
    [Required]
    public required bool IsActive { get; init; }

    /// <summary>When the session was created.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the last message was written.</summary>
    /// <example>2025-09-23T14:54:23.338644Z</example>
    [Required]
    public required DateTimeOffset LastActivity { get; init; }
}
