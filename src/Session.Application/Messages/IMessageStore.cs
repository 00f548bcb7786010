using SessionService.Application.Idempotency;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>Messages on their way into the database.</summary>
public interface IMessageStore
{
    /// <summary>
    /// Takes the session's next numbers, stores the messages under them and moves the totals of session and service, all together or not
    /// at all. A write that was made before, by its key or by its messages' ids, is found and not made again.
    /// </summary>
    Task<AppendResult> AppendAsync(Append append, CancellationToken cancellationToken);
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
    /// When the messages arrived. <see langword="null"/> for messages that are put back where they were: they go into an ended session too,
    /// and move its totals only.
    /// </summary>
    public required DateTimeOffset? Now { get; init; }
}

/// <summary>A message without its number.</summary>
/// <param name="HasOwnId">Whether the client gave the id, and so may send the message again under it.</param>
/// <param name="HasOwnTime">Whether the client gave the time.</param>
public readonly record struct NewMessage(SessionMessage Message, bool HasOwnId, bool HasOwnTime);

/// <summary>What became of the messages.</summary>
/// <param name="Outcome">Whether they are stored, or why not.</param>
/// <param name="Messages">The messages as stored, where they are.</param>
/// <param name="NextSequence">With <see cref="AppendOutcome.SequenceMismatch"/>, the number that the next message would get.</param>
public sealed record AppendResult(AppendOutcome Outcome, IReadOnlyList<SessionMessage> Messages, long NextSequence = 0);

public enum AppendOutcome
{
    Appended,

    /// <summary>They were stored by an earlier request, which this one repeats.</summary>
    Replayed,

    SessionNotFound,
    SessionEnded,

    /// <summary>The first message would not get the number that was expected.</summary>
    SequenceMismatch,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,

    /// <summary>An id belongs to another message of the user's.</summary>
    MessageIdTaken,
}
