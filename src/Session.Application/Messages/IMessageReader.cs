using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Reads messages from the database.</summary>
public interface IMessageReader
{
    /// <summary>
    /// Reads the first messages of a selection: as many as fit into <see cref="MessagePortion.MaxBytes"/>, and one at least where there is
    /// one. Holds no connection when it returns. <see langword="null"/> when there is no such session.
    /// </summary>
    Task<MessagePortion?> ReadAsync(string userId, Guid sessionId, MessageSelection selection, CancellationToken cancellationToken);

    /// <summary>
    /// The user's messages at these positions in one snapshot, sorted by session and number. Positions without a message are left out. All
    /// messages are held in memory, so ask for a few hundred at most.
    /// </summary>
    Task<IReadOnlyList<SessionMessage>> FindAsync(
        string userId, IReadOnlyCollection<MessagePosition> positions, CancellationToken cancellationToken);
}

/// <summary>A stored message. Texts and JSON are the stored UTF-8, so that answers copy them without creating strings.</summary>
public readonly record struct MessageRow
{
    public required Guid MessageId { get; init; }

    public required long Sequence { get; init; }

    public required ReadOnlyMemory<byte> Role { get; init; }

    public required ReadOnlyMemory<byte> Content { get; init; }

    public required ReadOnlyMemory<byte> MessageType { get; init; }

    public required ReadOnlyMemory<byte> Metadata { get; init; }

    /// <summary>The parts, a JSON array; empty where the content was given as a text.</summary>
    public ReadOnlyMemory<byte> Parts { get; init; }

    /// <summary>Who speaks, by name; empty where no name was given.</summary>
    public ReadOnlyMemory<byte> Name { get; init; }

    /// <summary>The status; empty for <c>completed</c>.</summary>
    public ReadOnlyMemory<byte> Status { get; init; }

    /// <summary>Whether the message has anything that a plain text has not.</summary>
    public bool HasMore => !(Parts.IsEmpty && Name.IsEmpty && Status.IsEmpty);

    public required int TokensUsed { get; init; }

    public required decimal CostUsd { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When the message was redacted; <see langword="null"/> where it was not.</summary>
    public DateTime? RedactedAt { get; init; }

    /// <summary>The length of the texts.</summary>
    public int Bytes => Content.Length + Metadata.Length + Parts.Length;
}

/// <summary>The session and number of a message.</summary>
public readonly record struct MessagePosition(Guid SessionId, long Sequence);
