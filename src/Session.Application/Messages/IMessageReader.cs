using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Messages on their way out of the database, row by row and as it sends them.</summary>
public interface IMessageReader
{
    /// <summary>Begins to read a session's messages; <see langword="null"/> when there is no such session.</summary>
    Task<IMessageRows?> OpenAsync(string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken);

    /// <summary>
    /// The user's messages at these positions, of any sessions and as of one moment, sorted by session and number; those that are not there
    /// are left out. For a few hundred: they are all in memory.
    /// </summary>
    Task<IReadOnlyList<SessionMessage>> FindAsync(
        string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken);
}

/// <summary>The messages of a selection. Holds a connection until it is disposed, which may happen more than once.</summary>
public interface IMessageRows : IAsyncDisposable
{
    /// <summary>How many messages of the session the filters choose, whatever the range.</summary>
    long Total { get; }

    /// <summary>How many of them are in the range, at the same moment.</summary>
    long InRange { get; }

    /// <summary>The messages, once.</summary>
    IAsyncEnumerable<MessageRow> ReadAsync(CancellationToken cancellationToken);
}

/// <summary>A stored message. Texts and JSON are UTF-8, as stored: they go out without becoming strings on the way.</summary>
public readonly record struct MessageRow
{
    public required Guid MessageId { get; init; }

    public required long Sequence { get; init; }

    public required ReadOnlyMemory<byte> Role { get; init; }

    public required ReadOnlyMemory<byte> Content { get; init; }

    public required ReadOnlyMemory<byte> MessageType { get; init; }

    public required ReadOnlyMemory<byte> Metadata { get; init; }

    public required int TokensUsed { get; init; }

    public required decimal CostUsd { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When content and metadata were blanked, if they were.</summary>
    public DateTime? RedactedAt { get; init; }
}

/// <summary>Where a message stands.</summary>
public readonly record struct MessagePosition(Guid SessionId, long Sequence);
