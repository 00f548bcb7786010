using SessionService.Application.Sessions;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Identity;

/// <summary>Turns a caller into the user whose data a request reads or writes.</summary>
public sealed class CallerAccess(ISessionStore sessions)
{
    /// <summary>
    /// The owner of a session, for a caller without a name, who reaches every session. A caller with a name needs no such look-up: the
    /// statement that reads or writes the session finds out whether it is there and the caller's.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such session.</exception>
    public async Task<string> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken) =>
        await sessions.FindOwnerAsync(sessionId, cancellationToken) ?? throw SessionErrors.NotFound();

    /// <summary>The user that a request names in its path or body, if the caller may act for them.</summary>
    /// <exception cref="ForbiddenException">The caller is another user.</exception>
    public static string ActFor(Caller caller, string userId) =>
        caller.UserId is null || string.Equals(caller.UserId, userId, StringComparison.Ordinal)
            ? userId
            : throw new ForbiddenException("user_mismatch", "The request names another user than its caller.");
}
