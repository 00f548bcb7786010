using SessionService.Application.Time;

namespace SessionService.Application.Erasure;

/// <summary>Tells what is stored about a user, and removes it.</summary>
public sealed class UserDataService(IUserDataStore data, TimeProvider time)
{
    public async Task<UserDataResponse> CountAsync(string userId, CancellationToken cancellationToken)
    {
        var counts = await data.CountAsync(userId, cancellationToken);
        return new UserDataResponse { UserId = userId, Sessions = counts.Sessions, Messages = counts.Messages, Rows = counts.Rows };
    }

    public async Task<ErasureReceiptResponse> EraseAsync(string userId, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var erased = await data.EraseAsync(userId, now, cancellationToken);
        return new ErasureReceiptResponse { UserId = userId, ErasedAt = now, Sessions = erased.Sessions, Messages = erased.Messages, Rows = erased.Rows };
    }
}
