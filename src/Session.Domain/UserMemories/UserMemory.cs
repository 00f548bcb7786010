namespace SessionService.Domain.UserMemories;

/// <summary>Something worth knowing about a user for longer than a session.</summary>
public sealed record UserMemory
{
    public required string UserId { get; init; }

    public required Guid MemoryId { get; init; }

    public required string MemoryType { get; init; }

    public required string Content { get; init; }

    /// <summary>Free JSON object, as text.</summary>
    public required string Metadata { get; init; }

    /// <summary>The user's session that it came from, if any.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The message of that session that it came from, if any.</summary>
    public long? Sequence { get; init; }

    /// <summary>0 to 1, where somebody judged it.</summary>
    public decimal? Importance { get; init; }

    /// <summary>When it ceases to hold, if ever.</summary>
    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>1, and one more with every change.</summary>
    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
