using SessionService.Application.Paging;

namespace SessionService.Application.Sessions;

/// <summary>Reads a user's sessions directly as responses.</summary>
public interface ISessionReader
{
    Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>A page of the sessions that match the filter, in its order, after the cursor if there is one.</summary>
    Task<Paged<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken);
}
