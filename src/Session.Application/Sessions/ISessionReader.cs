using SessionService.Application.Paging;

namespace SessionService.Application.Sessions;

/// <summary>Reads a user's sessions directly as responses.</summary>
public interface ISessionReader
{
    Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// A page of the sessions that match the filter, in its order. After a cursor the page may have fewer sessions where they are large.
    /// </summary>
    Task<StreamedPage<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken);
}
