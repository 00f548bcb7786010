using SessionService.Application.Sessions;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Identity;

/// <summary>The rules of access: which user's data a caller may reach.</summary>
public sealed class CallerAccess(ISessionStore sessions)
{
    /// <summary>
    /// The owner of a session, for a caller without a name, who may reach every session. A named caller needs no such look-up: the
    /// statement that reads or writes the session finds it only if it is the caller's.
    /// </summary>
    /// <exception cref="NotFoundException">There is no such session.</exception>
    public async Task<string> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken) =>
        await sessions.FindOwnerAsync(sessionId, cancellationToken) ?? throw SessionErrors.NotFound();

    /// <summary>Lets a caller who acts for one user give something to another one, if the caller may act for both.</summary>
    /// <exception cref="ForbiddenException">The caller may not act for the recipient.</exception>
    public static void GiveTo(Caller caller, string recipientId)
    {
        if (!caller.ActsForAny)
        {
            ActFor(caller, recipientId);
        }
    }

    /// <summary>The user that a request names in its path or body, if the caller is that user or has no name.</summary>
    /// <exception cref="ForbiddenException">The caller is another user.</exception>
    public static string ActFor(Caller caller, string userId) =>
        caller.UserId is null || string.Equals(caller.UserId, userId, StringComparison.Ordinal)
            ? userId
            : throw new ForbiddenException("user_mismatch", "The request names another user than its caller.");
}
