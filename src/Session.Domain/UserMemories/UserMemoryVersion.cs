namespace SessionService.Domain.UserMemories;

/// <summary>What a memory of a user was before a change.</summary>
public sealed record UserMemoryVersion
{
    public required string UserId { get; init; }

    public required Guid MemoryId { get; init; }

    public required int Version { get; init; }

    public required string MemoryType { get; init; }

    public required string Content { get; init; }

    /// <summary>Free JSON object, as text.</summary>
    public required string Metadata { get; init; }

    public Guid? SessionId { get; init; }

    public long? Sequence { get; init; }

    public decimal? Importance { get; init; }

    public DateTimeOffset? ValidUntil { get; init; }

    /// <summary>When this version was written.</summary>
    public required DateTimeOffset WrittenAt { get; init; }
}
