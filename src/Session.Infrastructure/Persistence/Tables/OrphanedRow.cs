namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>A message or memory of the adopted database whose session did not exist there: kept, but part of no session.</summary>
public sealed class OrphanedRow
{
    /// <summary>The user that the row named; empty where it named none.</summary>
    public required string UserId { get; init; }

    public required Guid OrphanId { get; init; }

    /// <summary><c>session_messages</c> or <c>session_memories</c>.</summary>
    public required string SourceTable { get; init; }

    /// <summary>The whole row, column by column, as JSON text.</summary>
    public required string Content { get; init; }

    public required DateTimeOffset ParkedAt { get; init; }
}
