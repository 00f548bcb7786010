using SessionService.Application.Paging;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Sessions in the database. Every operation but <see cref="FindOwnerAsync"/> reaches one user's rows only.</summary>
public interface ISessionStore
{
    /// <summary>Stores a new session and counts it in the statistics; false when its id is taken, by whomever.</summary>
    Task<bool> TryAddAsync(Session session, CancellationToken cancellationToken);

    Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>Whose session it is, on behalf of a caller who may reach every session.</summary>
    Task<string?> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken);

    Task<SessionSummaryResponse?> FindSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>A page of the user's sessions, newest first by creation, ties by id; of those after the cursor, if there is one.</summary>
    Task<Paged<Session>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken);

    /// <summary>
    /// Locks the session, applies a change and stores the outcome with its effect on the statistics, in one transaction;
    /// <see langword="null"/> when there is no such session.
    /// </summary>
    /// <exception cref="ConflictException">Thrown by <paramref name="change"/>; nothing is stored then.</exception>
    Task<Session?> ChangeAsync(string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken);
}
