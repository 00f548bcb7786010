using SessionService.Application.Identity;
using SessionService.Application.Time;
using SessionService.Domain.Errors;

namespace SessionService.Application.Erasure;

/// <summary>Tells what is stored about a user, and removes it.</summary>
public sealed class UserDataService(IUserDataStore data, TimeProvider time)
{
    /// <exception cref="ForbiddenException">The caller is another user.</exception>
    public async Task<UserDataResponse> CountAsync(string userId, Caller caller, CancellationToken cancellationToken)
    {
        var counts = await data.CountAsync(CallerAccess.ActFor(caller, userId), cancellationToken);
        return new UserDataResponse { UserId = userId, Sessions = counts.Sessions, Messages = counts.Messages, Rows = counts.Rows };
    }

    /// <exception cref="ForbiddenException">The caller is another user.</exception>
    public async Task<ErasureReceiptResponse> EraseAsync(string userId, Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var erased = await data.EraseAsync(CallerAccess.ActFor(caller, userId), now, cancellationToken);
        return new ErasureReceiptResponse { UserId = userId, ErasedAt = now, Sessions = erased.Sessions, Messages = erased.Messages, Rows = erased.Rows };
    }
}
