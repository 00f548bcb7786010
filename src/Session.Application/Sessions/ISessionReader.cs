using SessionService.Application.Paging;

namespace SessionService.Application.Sessions;

/// <summary>Reads a user's sessions as they are answered.</summary>
public interface ISessionReader
{
    Task<SessionResponse?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>A page of the sessions that the filter chooses, in its order; of those after the cursor, if there is one.</summary>
    Task<Paged<SessionResponse>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken);
}
