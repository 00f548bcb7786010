using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Faults;

internal static class WatchedTokens
{
    /// <summary>
    /// The token for database work of a request. It is cancelled when the client disconnects or the database is lost. Sending an answer to
    /// the client needs no database, so it uses <see cref="HttpContext.RequestAborted"/>.
    /// </summary>
    public static CancellationToken WatchedToken(this HttpContext http) => http.Features.Get<PulseWatch>()?.Token ?? http.RequestAborted;
}
