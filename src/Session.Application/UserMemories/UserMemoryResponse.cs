using System.ComponentModel.DataAnnotations;
using SessionService.Application.Json;

namespace SessionService.Application.UserMemories;

/// <summary>A memory of a user.</summary>
public sealed class UserMemoryResponse
{
    /// <summary>The memory's id; it stays when the memory is changed.</summary>
    /// <example>0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0</example>
    [Required]
    public required Guid MemoryId { get; init; }

    /// <summary>Whose memory it is.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>What kind of memory.</summary>
    /// <example>preference</example>
    [Required]
    public required string MemoryType { get; init; }

    /// <summary>The memory.</summary>
    /// <example>User prefers concise technical explanations.</example>
    [Required]
    public required string Content { get; init; }

    /// <summary>The client's own labels.</summary>
    /// <example>{"category": "style"}</example>
    [Required]
    public required JsonText Metadata { get; init; }

    /// <summary>The session that it came from; null where none was given.</summary>
    /// <example>null</example>
    public required Guid? SessionId { get; init; }

    /// <summary>The number of the message that it came from; null where none was given.</summary>
    /// <example>null</example>
    public required long? Sequence { get; init; }

    /// <summary>How much it matters, 0 to 1; null where nobody said.</summary>
    /// <example>0.8</example>
    public required decimal? Importance { get; init; }

    /// <summary>When it ceases to hold; null where it does not.</summary>
    /// <example>null</example>
    public required DateTimeOffset? ValidUntil { get; init; }

    /// <summary>1, and one more with every change; also the <c>ETag</c>.</summary>
    /// <example>1</example>
    [Required]
    public required int Version { get; init; }

    /// <summary>When the memory was created.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When this version was written.</summary>
    /// <example>2025-09-23T14:54:54.163929Z</example>
    [Required]
    public required DateTimeOffset UpdatedAt { get; init; }
}

/// <summary>The memories of a batch, as stored.</summary>
public sealed class UserMemoryBatchResponse
{
    /// <summary>The memories, in the given order.</summary>
    /// <example>
    /// [{"memory_id": "0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0", "user_id": "test_user_123", "memory_type": "fact",
    ///   "content": "Has two cats.", "metadata": {}, "session_id": null, "sequence": null, "importance": null, "valid_until": null,
    ///   "version": 1, "created_at": "2025-09-23T14:54:54.163929Z", "updated_at": "2025-09-23T14:54:54.163929Z"},
    ///  {"memory_id": "7e0c3a52-9f4b-4f6e-a1c8-3b2d5e6f7a80", "user_id": "test_user_123", "memory_type": "episode",
    ///   "content": "Moved to Lisbon.", "metadata": {}, "session_id": null, "sequence": null, "importance": 0.6, "valid_until": null,
    ///   "version": 1, "created_at": "2025-09-23T14:54:54.163929Z", "updated_at": "2025-09-23T14:54:54.163929Z"}]
    /// </example>
    [Required]
    public required IReadOnlyList<UserMemoryResponse> Memories { get; init; }

    /// <summary>How many they are.</summary>
    /// <example>2</example>
    [Required]
    public required int Total { get; init; }
}

/// <summary>A page of a user's memories, newest first.</summary>
public sealed class UserMemoryListResponse
{
    /// <summary>The memories of the page.</summary>
    [Required]
    public required IReadOnlyList<UserMemoryResponse> Memories { get; init; }

    /// <summary>How many memories the filters choose in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Memories a page.</summary>
    /// <example>50</example>
    [Required]
    public required int PageSize { get; init; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    /// <example>null</example>
    public required string? NextCursor { get; init; }
}

/// <summary>The versions of a memory, the newest first.</summary>
public sealed class UserMemoryVersionsResponse
{
    /// <summary>The versions of the page: what the memory is, and what it was before each change.</summary>
    [Required]
    public required IReadOnlyList<UserMemoryResponse> Versions { get; init; }

    /// <summary>How many versions are kept, the current one among them.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Versions a page.</summary>
    /// <example>20</example>
    [Required]
    public required int PageSize { get; init; }
}

/// <summary>The memory is gone.</summary>
public sealed class UserMemoryDeletedResponse
{
    /// <summary>Always the same text.</summary>
    /// <example>Memory deleted successfully</example>
    [Required]
    public string Message { get; } = "Memory deleted successfully";
}
