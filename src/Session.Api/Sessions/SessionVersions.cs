using SessionService.Api.Preconditions;
using SessionService.Application.Sessions;

namespace SessionService.Api.Sessions;

internal static class SessionVersions
{
    /// <summary>Puts the session's version into the <c>ETag</c> header.</summary>
    public static SessionResponse Tag(this HttpResponse response, SessionResponse session)
    {
        response.SetVersion(session.VersionTag);
        return session;
    }
}
