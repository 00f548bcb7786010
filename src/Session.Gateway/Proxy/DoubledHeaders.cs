using Microsoft.Extensions.Options;
using SessionService.Hosting.Headers;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;

namespace SessionService.Gateway.Proxy;

/// <summary>
/// Refuses requests in which a header that has one value stands twice, in the words of the session service. The proxy's HTTP client would
/// send the values as one, and "alice" and "bob" would become a third user, "alice, bob".
/// </summary>
internal sealed class DoubledHeaders(RequestDelegate next, IOptions<IdentityOptions> identity)
{
    public Task InvokeAsync(HttpContext http)
    {
        var errors = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (http.Request.Headers[ServiceHeaders.UserId].Count > 1 && IsBelieved(http))
        {
            errors[ServiceHeaders.UserField] = [$"the {ServiceHeaders.UserId} header {ServiceHeaders.GivenTwice}"];
        }

        // A read has no use for a key, and the service does not look at it.
        if (http.Request.Headers[ServiceHeaders.IdempotencyKey].Count > 1 && !IsRead(http.Request.Method))
        {
            errors[ServiceHeaders.IdempotencyKeyField] = [ServiceHeaders.GivenTwice];
        }

        return errors.Count == 0
            ? next(http)
            : ProblemFactory.WriteAsync(http, ProblemFactory.Invalid(http, errors), http.RequestAborted);
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    // Beside a token that names the user, the header is replaced, whatever it holds.
    private bool IsBelieved(HttpContext http) =>
        identity.Value.Mode != IdentityMode.Jwt || http.Features.Get<TokenCaller>() is { UserId: null };
}
