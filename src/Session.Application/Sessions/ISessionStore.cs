using SessionService.Application.Idempotency;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Sessions in the database. Every operation but <see cref="FindOwnerAsync"/> reaches one user's rows only.</summary>
public interface ISessionStore
{
    /// <summary>
    /// Stores a new session and counts it in the statistics, unless its id is taken by any user's session or its key was used before.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="hasOwnId">Whether the client gave its id, so that another user's session may have the same.</param>
    /// <param name="key">The key of the request.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    Task<CreateResult> CreateAsync(Session session, bool hasOwnId, IdempotencyKey? key, CancellationToken cancellationToken);

    Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>The owner of a session, for a caller who may reach every session.</summary>
    Task<string?> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken);

    Task<SessionSummaryResponse?> FindSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// Locks the session, applies a change, and stores the result with its effect on the statistics, in one transaction;
    /// <see langword="null"/> when there is no such session.
    /// </summary>
    /// <exception cref="ConflictException">Thrown by <paramref name="change"/>; nothing is stored then.</exception>
    Task<Session?> ChangeAsync(string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken);
}

/// <summary>The result of creating a session.</summary>
/// <param name="Outcome">Whether it is stored, or why not.</param>
/// <param name="Session">The created session, also when an earlier request with the same key created it.</param>
public sealed record CreateResult(CreateOutcome Outcome, Session Session);

public enum CreateOutcome
{
    Created,

    /// <summary>An earlier request with the same key created the session.</summary>
    Replayed,

    IdTaken,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}
