using SessionService.Application.Idempotency;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Writes messages to the database.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Stores messages under the session's next numbers and updates the totals of session and service, all or nothing. A write that is a
    /// repetition, by its key or by its messages' ids, returns the messages of the first write. A message that is not imported makes an
    /// archived or expired session active.
    /// </summary>
    Task<AppendResult> AppendAsync(Append append, CancellationToken cancellationToken);

    /// <summary>What came of an earlier write with this key; <see langword="null"/> where there was none.</summary>
    Task<AppendResult?> FindByKeyAsync(string userId, IdempotencyKey key, CancellationToken cancellationToken);
}

/// <summary>Messages to append to one session, in this order.</summary>
public sealed record Append
{
    public required string UserId { get; init; }

    public required Guid SessionId { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<NewMessage> Messages { get; init; }

    /// <summary>The number that the first message must get.</summary>
    public long? ExpectedSequence { get; init; }

    public IdempotencyKey? Key { get; init; }

    /// <summary>
    /// When the messages arrived. <see langword="null"/> for imported messages: these are accepted by an ended session too, and change only
    /// its totals.
    /// </summary>
    public required DateTimeOffset? Now { get; init; }

    /// <summary>How many messages may be in progress; <see langword="null"/> where the write opens none.</summary>
    public Opening? Opening { get; init; }

    /// <summary>Whether the session is known to be archived or expired, and is to be active with these messages.</summary>
    public bool TakesUp { get; init; }

    /// <summary>When imported messages came in, for retention; <see langword="null"/> for all other messages.</summary>
    public DateTimeOffset? ImportedAt { get; init; }
}

/// <summary>A message without its number.</summary>
/// <param name="HasOwnId">Whether the client gave the id, so that the message may be a repetition.</param>
/// <param name="HasOwnTime">Whether the client gave the time.</param>
/// <param name="Opens">Whether deltas will follow, until the message is completed.</param>
public readonly record struct NewMessage(SessionMessage Message, bool HasOwnId, bool HasOwnTime, bool Opens = false)
{
    /// <summary>Whether the message is more than a text: it has parts, a name or a status.</summary>
    public bool IsMoreThanText => Message is not { Parts: null, Name: null, Status: MessageStatuses.Completed };
}

/// <summary>The limits of messages in progress.</summary>
/// <param name="MaxOfSession">The most of a session.</param>
/// <param name="MaxOfUser">The most of a user, about.</param>
/// <param name="AbandonedAfter">The time without a delta after which such a message counts as abandoned.</param>
public sealed record Opening(int MaxOfSession, int MaxOfUser, TimeSpan AbandonedAfter);

/// <summary>The result of appending messages.</summary>
/// <param name="Outcome">Whether they are stored, or why not.</param>
/// <param name="Messages">The stored messages; empty where none is stored.</param>
/// <param name="NextSequence">With <see cref="AppendOutcome.SequenceMismatch"/>, the number that the next message would get.</param>
public sealed record AppendResult(AppendOutcome Outcome, IReadOnlyList<SessionMessage> Messages, long NextSequence = 0);

public enum AppendOutcome
{
    Appended,

    /// <summary>An earlier request with the same key or ids stored the messages.</summary>
    Replayed,

    SessionNotFound,
    SessionEnded,

    /// <summary>The first message would not get the number that was expected.</summary>
    SequenceMismatch,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,

    /// <summary>A message_id belongs to another message of the user.</summary>
    MessageIdTaken,

    /// <summary>An attachment that a message refers to was removed meanwhile.</summary>
    AttachmentNotFound,

    /// <summary>Too many messages of the session or of the user are in progress.</summary>
    TooManyOpen,

    /// <summary>An id that a client gave an item belongs to another item of the session.</summary>
    ItemIdTaken,
}
