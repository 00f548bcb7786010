using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;

namespace SessionService.Application.Forks;

/// <summary>Makes sessions that go on from others.</summary>
public interface IForkStore
{
    /// <summary>The most messages that a fork may begin with: they are copied in one transaction.</summary>
    const long MaxMessages = 100_000;

    /// <summary>
    /// Makes a session of the same user that begins with copies of another's messages, and its memory where that tells of no others; all
    /// together or not at all, unless the key was used before.
    /// </summary>
    Task<ForkResult> ForkAsync(Fork fork, CancellationToken cancellationToken);
}

/// <summary>A session to make from another.</summary>
/// <param name="UserId">Whose both are.</param>
/// <param name="SourceId">The session to go on from.</param>
/// <param name="ThroughSequence">The last message to copy; <see langword="null"/> for all.</param>
public sealed record Fork(string UserId, Guid SourceId, Guid SessionId, long? ThroughSequence, IdempotencyKey? Key, DateTimeOffset Now);

/// <summary>What became of a fork.</summary>
/// <param name="Outcome">Whether it is there, or why not.</param>
/// <param name="Session">The new session, now or before.</param>
/// <param name="Messages">The messages that the other session holds.</param>
public sealed record ForkResult(ForkOutcome Outcome, SessionResponse? Session = null, long Messages = 0);

public enum ForkOutcome
{
    Created,

    /// <summary>It was made by an earlier request, which this one repeats.</summary>
    Replayed,

    SessionNotFound,

    /// <summary>The session has no message of this number yet.</summary>
    MessageNotFound,

    TooLarge,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}
