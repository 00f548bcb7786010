using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SessionService.Application.Identity;
using SessionService.Domain.Identity;
using SessionService.Hosting.Headers;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>
/// Finds the caller of a request. With a user's token or key this is that user. Without one, or with one that may act for any user, it is
/// the user in the <c>X-User-Id</c> header or in the <c>user_id</c> query parameter. Where neither is given, the <c>user_id</c> of the body
/// counts.
/// </summary>
internal sealed class CallerResolver(IOptions<IdentityOptions> options)
{
    public const string Header = ServiceHeaders.UserId;
    public const string QueryParameter = ServiceHeaders.UserField;
    public const string RouteParameter = "user_id";

    /// <summary>The caller and the path's user, resolved once per request.</summary>
    public RequestCaller Find(HttpContext http)
    {
        if (http.Features.Get<RequestCaller>() is { } known)
        {
            return known;
        }

        var pathUser = http.GetRouteValue(RouteParameter) is string decoded ? PathUser.Find(http, decoded) : null;
        var found = Resolve(http) with { PathUser = pathUser };
        http.Features.Set(found);
        return found;
    }

    /// <summary>The caller, or the user that the body names where nothing else names a caller.</summary>
    public RequestCaller FindInBodyToo(HttpContext http)
    {
        var found = Find(http);
        if (found is { Error: null, Caller.UserId: null }
            && http.Features.Get<BodyUser>() is { IsRecipient: false } body
            && UserIds.Normalize(body.UserId) is { } userId
            && UserIds.Refuse(userId) is null)
        {
            found = found with { Caller = found.Caller with { UserId = userId } };
            http.Features.Set(found);
        }

        return found;
    }

    private RequestCaller Resolve(HttpContext http)
    {
        // The feature must be there: without it a request could name any caller.
        var token = options.Value.Mode == IdentityMode.TrustedHeader ? null : http.Features.GetRequiredFeature<TokenCaller>();
        var user = token?.UserId;
        if (user is not null && options.Value.Mode == IdentityMode.Jwt)
        {
            return new RequestCaller(new Caller(user), Error: null, PathUser: null);
        }

        var (named, error) = ReadNamed(http);
        var caller = new Caller(user ?? named, ActsForAny: token is { UserId: null });
        return new RequestCaller(caller, error, PathUser: null) { NamedBeside = user is null ? null : named };
    }

    /// <summary>The user whom header and query name.</summary>
    private static (string? UserId, string? Error) ReadNamed(HttpContext http)
    {
        var (header, headerError) = Read(http.Request.Headers[Header], Decode, Header + " header");
        var (query, queryError) = Read(http.Request.Query[QueryParameter], value => value, QueryParameter + " query parameter");
        if ((headerError ?? queryError) is { } error)
        {
            return (null, error);
        }

        if (header is not null && query is not null && !string.Equals(header, query, StringComparison.Ordinal))
        {
            return (null, $"the {Header} header and the {QueryParameter} query parameter name different users");
        }

        return (header ?? query, null);
    }

    private static (string? UserId, string? Error) Read(StringValues values, Func<string, string?> decode, string source)
    {
        if (values.Count > 1)
        {
            return (null, $"the {source} {ServiceHeaders.GivenTwice}");
        }

        if (values.Count == 0 || values[0] is not { } raw)
        {
            return (null, null);
        }

        if (decode(raw) is not { } text)
        {
            return (null, $"the {source} must be UTF-8");
        }

        var userId = UserIds.Normalize(text);
        return userId is not null && UserIds.Refuse(userId) is { } reason ? (null, $"the {source} {reason}") : (userId, null);
    }

    // Kestrel reads headers as Latin-1 (see RequestHeads), which keeps their bytes. They are decoded as UTF-8 here.
    private static string? Decode(string latin1)
    {
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true)
                .GetString(Encoding.Latin1.GetBytes(latin1));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
