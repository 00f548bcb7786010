namespace SessionService.Infrastructure.Persistence.Tables;

/// <summary>Consecutive messages of a session, packed into one row in place of a row each.</summary>
public sealed class MessageSegment
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>The number of its first message.</summary>
    public required long FirstSequence { get; init; }

    public required long LastSequence { get; init; }

    /// <summary>The least of the messages' ids.</summary>
    public required Guid FirstId { get; init; }

    /// <summary>The greatest of the messages' ids.</summary>
    public required Guid LastId { get; init; }

    /// <summary>Tells of most other ids that they are not among the messages'.</summary>
    public required byte[] IdFilter { get; init; }

    /// <summary>The ids of the messages, in the order of their numbers: the last <see cref="IdWidth"/> bytes of each.</summary>
    public required byte[] Ids { get; init; }

    public required short IdWidth { get; init; }

    /// <summary>With <see cref="MessageTypes"/> and <see cref="Counts"/>: how many messages there are of each role and type.</summary>
    public required string[] Roles { get; init; }

    public required string[] MessageTypes { get; init; }

    public required int[] Counts { get; init; }

    /// <summary>Everything else of the messages, compressed.</summary>
    public required byte[] Body { get; init; }

    public required DateTimeOffset PackedAt { get; init; }
}
