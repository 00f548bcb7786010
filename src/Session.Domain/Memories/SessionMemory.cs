namespace SessionService.Domain.Memories;

/// <summary>What was distilled from a session; a session has at most one.</summary>
public sealed class SessionMemory
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    public required Guid MemoryId { get; init; }

    public required string MemoryType { get; init; }

    public required string Content { get; init; }

    /// <summary>Free JSON object, as text.</summary>
    public required string Metadata { get; init; }

    /// <summary>JSON object, as text.</summary>
    public required string UserPreferences { get; init; }

    /// <summary>JSON array, as text.</summary>
    public required string OngoingTasks { get; init; }

    /// <summary>The messages that the session held when the memory was written.</summary>
    public long TotalMessages { get; init; }

    public DateTimeOffset LastSummaryAt { get; init; }

    /// <summary>False for a memory that the previous service had put away: it is not served until it is written anew.</summary>
    public bool IsActive { get; init; } = true;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}
