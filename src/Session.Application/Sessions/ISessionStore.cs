using SessionService.Application.Idempotency;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Sessions in the database. Every operation but <see cref="FindOwnerAsync"/> reaches one user's rows only.</summary>
public interface ISessionStore
{
    /// <summary>
    /// Stores a new session and counts it in the statistics, unless its id is taken, by whomever, or its key was used before.
    /// </summary>
    Task<CreateResult> CreateAsync(Session session, IdempotencyKey? key, CancellationToken cancellationToken);

    Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Whose session it is, on behalf of a caller who may reach every session.</summary>
    Task<string?> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken);

    Task<SessionSummaryResponse?> FindSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Locks the session, applies a change and stores the outcome with its effect on the statistics, in one transaction;
    /// <see langword="null"/> when there is no such session.
    /// </summary>
    /// <exception cref="ConflictException">Thrown by <paramref name="change"/>; nothing is stored then.</exception>
    Task<Session?> ChangeAsync(string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken);
}

/// <summary>What became of a session to create.</summary>
/// <param name="Outcome">Whether it is stored, or why not.</param>
/// <param name="Session">The session as it was made, now or before.</param>
public sealed record CreateResult(CreateOutcome Outcome, Session Session);

public enum CreateOutcome
{
    Created,

    /// <summary>It was created by an earlier request, which this one repeats.</summary>
    Replayed,

    IdTaken,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}
