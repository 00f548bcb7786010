using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;

namespace SessionService.Application.Forks;

/// <summary>Makes sessions that go on from others.</summary>
public interface IForkStore
{
    /// <summary>The most messages of a fork, since they are copied in one transaction.</summary>
    const long MaxMessages = 100_000;

    /// <summary>
    /// Creates a session of the same user with copies of another session's messages, and of its memory if that covers no later messages.
    /// All or nothing, unless the key was used before.
    /// </summary>
    Task<ForkResult> ForkAsync(Fork fork, CancellationToken cancellationToken);
}

/// <summary>A fork to create.</summary>
/// <param name="UserId">The user of both sessions.</param>
/// <param name="SourceId">The original session.</param>
/// <param name="ThroughSequence">The last message to copy; <see langword="null"/> for all.</param>
public sealed record Fork(string UserId, Guid SourceId, Guid SessionId, long? ThroughSequence, IdempotencyKey? Key, DateTimeOffset Now);

/// <summary>The result of a fork.</summary>
/// <param name="Outcome">Whether the fork exists, or why not.</param>
/// <param name="Session">The fork, also when an earlier request with the same key created it.</param>
/// <param name="Messages">The number of messages in the original.</param>
public sealed record ForkResult(ForkOutcome Outcome, SessionResponse? Session = null, long Messages = 0);

public enum ForkOutcome
{
    Created,

    /// <summary>An earlier request with the same key created the fork.</summary>
    Replayed,

    SessionNotFound,

    /// <summary>The session has no message of this number yet.</summary>
    MessageNotFound,

    /// <summary>The message is not in the current branch.</summary>
    MessageNotShown,

    TooLarge,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}
