using SessionService.Application.Paging;

namespace SessionService.Application.Sessions;

/// <summary>Reads pages of a user's sessions.</summary>
public interface ISessionListReader
{
    /// <summary>A page of the sessions that the filter chooses, in its order; of those after the cursor, if there is one.</summary>
    Task<Paged<SessionResponse>> ReadAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken);
}
