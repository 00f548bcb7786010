using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using SessionService.Application.Keys;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Identity;

/// <summary>Finds the caller by the key that a request brings as a bearer token.</summary>
/// <remarks>The base class would log each refused request, so it gets no logger.</remarks>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, UrlEncoder encoder, IKeyCheck keys)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, NullLoggerFactory.Instance, encoder)
{
    public const string SchemeName = "ApiKey";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        // Health answers without the database, so nothing is looked up for it.
        if (Context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null || ReadText(Request) is not { } text)
        {
            return AuthenticateResult.NoResult();
        }

        if (await keys.FindValidAsync(text, Context.RequestAborted) is not { } key)
        {
            return AuthenticateResult.Fail("The key is not accepted.");
        }

        Context.Features.Set(new TokenCaller(key.UserId));
        Context.Features.Set(new RequestKey(key.KeyId));
        return AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity(SchemeName)), SchemeName));
    }

    /// <summary>One answer for all keys that are not accepted, so that it tells nothing about any of them.</summary>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var isRefused = (await HandleAuthenticateOnceAsync()).Failure is not null;
        await (isRefused
            ? UnauthorizedAnswer.WriteAsync(
                Context, ProblemCodes.InvalidApiKey, "The key is not accepted.", $"{UnauthorizedAnswer.Challenge}, error=\"invalid_token\"")
            : UnauthorizedAnswer.WriteAsync(
                Context, ProblemCodes.AuthenticationRequired, "The request needs a bearer token.", UnauthorizedAnswer.Challenge));
    }

    // Where the header stands twice, its text is that of no key.
    internal static string? ReadText(HttpRequest request)
    {
        const string Bearer = "Bearer ";
        var given = request.Headers.Authorization.ToString();
        return given.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) && given[Bearer.Length..].Trim() is { Length: > 0 } text
            ? text
            : null;
    }
}
