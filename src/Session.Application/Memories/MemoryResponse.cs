using System.ComponentModel.DataAnnotations;
using SessionService.Application.Json;

namespace SessionService.Application.Memories;

/// <summary>The memory of a session.</summary>
public sealed class MemoryResponse
{
    /// <summary>The memory's id; it stays when the memory is replaced.</summary>
    /// <example>0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0</example>
    [Required]
    public required Guid MemoryId { get; init; }

    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The session's owner.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>What kind of memory.</summary>
    /// <example>conversation</example>
    [Required]
    public required string MemoryType { get; init; }

    /// <summary>The memory.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required(AllowEmptyStrings = true)]
    public required string Content { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"category": "preferences", "importance": "high"}</example>
    [Required]
    public required JsonText Metadata { get; init; }

    /// <summary>What the user prefers.</summary>
    /// <example>{"language": "en"}</example>
    [Required]
    public required JsonText UserPreferences { get; init; }

    /// <summary>What is still to be done, a JSON array.</summary>
    /// <example>["send the report"]</example>
    [Required]
    [JsonArrayText]
    public required JsonText OngoingTasks { get; init; }

    /// <summary>The messages that the session held when the memory was written.</summary>
    /// <example>2</example>
    [Required]
    public required long TotalMessages { get; init; }

    /// <summary>The messages of the current branch that came since: it tells an agent when to summarise again.</summary>
    /// <example>0</example>
    [Required]
    public required long MessagesSinceLastSummary { get; init; }

    /// <summary>When the memory was last written.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset LastSummaryAt { get; init; }

    /// <summary>When the memory was first written.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the memory last changed.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }
}
