using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Faults;

internal static class WatchedTokens
{
    /// <summary>
    /// The token of the work that a request asks of the database: it is also cancelled when the database is lost. The request's own says
    /// only that the client has gone: what is already on its way to a client is no matter of the database's.
    /// </summary>
    public static CancellationToken WatchedToken(this HttpContext http) => http.Features.Get<PulseWatch>()?.Token ?? http.RequestAborted;
}
