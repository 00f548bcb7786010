using Microsoft.AspNetCore.Authentication;
using SessionService.Application.Keys;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Api.Identity;

/// <summary>Whether the caller of a request that lasts may still read: the key may be revoked, or the token expire, meanwhile.</summary>
internal sealed class StandingAccess(IKeyCheck keys, TimeProvider time)
{
    public async Task<bool> HasAsync(HttpContext http)
    {
        if (http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc <= time.GetUtcNow())
        {
            return false;
        }

        try
        {
            return http.Features.Get<RequestKey>() is null
                || await keys.FindValidAsync(ApiKeyHandler.ReadText(http.Request) ?? "", http.RequestAborted) is not null;
        }
        catch (Exception exception) when (DatabaseFaults.IsPassing(exception))
        {
            // Nothing can be read now either.
            return true;
        }
    }
}
