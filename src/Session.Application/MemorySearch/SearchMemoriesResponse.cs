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

    /// <summary>How well it bears on the question, from 0 to 1: the weighted mean of the three parts below.</summary>
    /// <example>0.53</example>
    [Required]
    public required double Score { get; init; }

    /// <summary>
    /// How many of the question's words it has, rare words counting more, from 0 to 1: 1 with all of them. A word that only a message
    /// beside it has counts less.
    /// </summary>
    /// <example>1</example>
    [Required]
    public required double KeywordScore { get; init; }

    /// <summary>How near it and the messages beside it are in meaning, from 0 to 1. A passage on its own has at most 0.42.</summary>
    /// <example>0.42</example>
    [Required]
    public required double SemanticScore { get; init; }

    /// <summary>
    /// What else speaks for it, from 0 to 1: whether it is the user's, and has a time or a number where the question asks for one.
    /// </summary>
    /// <example>0.31</example>
    [Required]
    public required double Prior { get; init; }

    /// <summary>
    /// How many passages have this text, of the same speaker; the newest of them is shown. At most about a hundred are looked at.
    /// </summary>
    /// <example>1</example>
    [Required]
    public required int Occurrences { get; init; }

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
