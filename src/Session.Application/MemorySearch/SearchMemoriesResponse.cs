using System.ComponentModel.DataAnnotations;
using SessionService.Application.Json;

namespace SessionService.Application.MemorySearch;

/// <summary>The passages that bear on a question, the best first.</summary>
public sealed class SearchMemoriesResponse
{
    /// <summary>The question.</summary>
    /// <example>How does the user like explanations?</example>
    [Required]
    public required string Query { get; init; }

    /// <summary>Whether the model that is set could not be asked, so that the passages were found without it.</summary>
    /// <example>false</example>
    [Required]
    public required bool Degraded { get; init; }

    /// <summary>The passages.</summary>
    [Required]
    public required IReadOnlyList<FoundPassage> Results { get; init; }
}

/// <summary>A passage that bears on the question.</summary>
public sealed class FoundPassage
{
    /// <summary>Where it stands: <c>memories</c>, <c>session_memories</c> or <c>messages</c>.</summary>
    /// <example>session_memories</example>
    [Required]
    [AllowedValues("memories", "session_memories", "messages")]
    public required string Source { get; init; }

    /// <summary>
    /// How well it bears on the question, in comparison with the others: what it is worth itself, and what it borrows of the messages
    /// beside it.
    /// </summary>
    /// <example>1.62</example>
    [Required]
    public required double Score { get; init; }

    /// <summary>How well its words fit: 1 for the best, 0 without any in common.</summary>
    /// <example>1</example>
    [Required]
    public required double KeywordScore { get; init; }

    /// <summary>How near it is in meaning: 1 for the nearest; may be below 0.</summary>
    /// <example>0.83</example>
    [Required]
    public required double SemanticScore { get; init; }

    /// <summary>The session that it is of or came from; null where there is none.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    public required Guid? SessionId { get; init; }

    /// <summary>The number of the message, or of the one that a memory came from; null where there is none.</summary>
    /// <example>null</example>
    public required long? Sequence { get; init; }

    /// <summary>The message's id; null for a memory.</summary>
    /// <example>null</example>
    public required Guid? MessageId { get; init; }

    /// <summary>The memory's id; null for a message.</summary>
    /// <example>0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0</example>
    public required Guid? MemoryId { get; init; }

    /// <summary>Who speaks; null for a memory.</summary>
    /// <example>null</example>
    public required string? Role { get; init; }

    /// <summary>The text.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required(AllowEmptyStrings = true)]
    public required string Content { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"category": "preferences", "importance": "high"}</example>
    [Required]
    public required JsonText Metadata { get; init; }

    /// <summary>When it was written.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }
}
