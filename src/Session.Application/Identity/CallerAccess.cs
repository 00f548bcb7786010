using SessionService.Application.Sessions;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Identity;

/// <summary>Turns a caller into the user whose data a request reads or writes.</summary>
public sealed class CallerAccess(ISessionStore sessions)
{
    /// <summary>
    /// The user id to look a session up by. A caller without a name reaches every session, so the owner's; whether the session
    /// is there and belongs to the caller is for the statement that reads or writes it to find out.
    /// </summary>
    /// <exception cref="NotFoundException">A caller without a name asks for a session that does not exist.</exception>
    public async ValueTask<string> OwnerAsync(Caller caller, Guid sessionId, CancellationToken cancellationToken) =>
        caller.UserId ?? await sessions.FindOwnerAsync(sessionId, cancellationToken) ?? throw SessionErrors.NotFound();

    /// <summary>The user that a request names in its path or body, if the caller may act for them.</summary>
    /// <exception cref="ForbiddenException">The caller is another user.</exception>
    public static string ActFor(Caller caller, string userId) =>
        caller.UserId is null || string.Equals(caller.UserId, userId, StringComparison.Ordinal)
            ? userId
            : throw new ForbiddenException("user_mismatch", "The request names another user than its caller.");
}
