using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;

namespace SessionService.Infrastructure.Sessions;

internal static class SessionFilterQuery
{
    /// <summary>The sessions that a filter chooses.</summary>
    public static IQueryable<Session> Matching(this IQueryable<Session> sessions, SessionFilter filter)
    {
        if (filter.Status is { } status)
        {
            sessions = sessions.Where(s => s.Status == status);
        }

        if (filter.ActiveOnly)
        {
            sessions = sessions.Where(s => s.Status == SessionStatus.Active || s.Status == SessionStatus.Completed);
        }

        return sessions;
    }
}
