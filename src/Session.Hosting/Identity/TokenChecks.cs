using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SessionService.Domain.Identity;

namespace SessionService.Hosting.Identity;

/// <summary>The checks of a bearer token that the library leaves out. Service and gateway share them.</summary>
public static class TokenChecks
{
    /// <summary>
    /// Waits until the issuer's keys are there. Without them no token can be checked: that is an outage, not a fault of the token.
    /// </summary>
    /// <param name="longest">The longest that a request waits for an issuer that does not answer.</param>
    public static async Task WaitForKeysAsync(MessageReceivedContext context, TimeSpan longest)
    {
        if (context.Options.ConfigurationManager is not { } issuer || context.Request.Headers.Authorization.Count == 0)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.HttpContext.RequestAborted);
        patience.CancelAfter(longest);
        try
        {
            // GetConfigurationAsync ignores the cancellation token in the request that fetches the keys, so WaitAsync observes it.
            await issuer.GetConfigurationAsync(patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or OperationCanceledException or IOException or HttpRequestException)
        {
            context.Fail(new IssuerUnavailableException(exception));
        }
    }

    /// <summary>Reads from a valid token the user that its bearer may act for.</summary>
    public static void FindCaller(TokenValidatedContext context, JwtOptions jwt)
    {
        var token = (JsonWebToken)context.SecurityToken;
        // RFC 7515, 4.1.11: a token must be refused where its "crit" header names an extension that is not supported. None is.
        if (token.TryGetHeaderValue<object>("crit", out _))
        {
            context.Fail("The token has critical headers.");
        }
        else if (MayActForAny(context, jwt))
        {
            context.HttpContext.Features.Set(new TokenCaller(UserId: null));
        }
        else if (TextOf(token, jwt.UserClaim) is { } userId && IsUserId(userId))
        {
            context.HttpContext.Features.Set(new TokenCaller(userId));
        }
        else
        {
            context.Fail("The token names no user.");
        }
    }

    // An id that normalization changes could be another user's id. And one with a control character cannot be sent on in a header.
    private static bool IsUserId(string text) =>
        UserIds.Normalize(text) == text && UserIds.Refuse(text) is null && !text.Any(char.IsControl);

    private static bool MayActForAny(TokenValidatedContext context, JwtOptions jwt) =>
        jwt.ActAsAnyScope.Length > 0
        && context.Principal!.Claims
            .Where(claim => claim.Type is "scope" or "scp")
            .SelectMany(claim => claim.Value.Split(' '))
            .Contains(jwt.ActAsAnyScope, StringComparer.Ordinal);

    // Reads the claim from the token itself and accepts only a JSON string. The library turns any value into a string and rewrites dates.
    private static string? TextOf(JsonWebToken token, string claim)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        return payload.RootElement.TryGetProperty(claim, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
    }
}

/// <summary>The issuer's keys cannot be read at the moment.</summary>
public sealed class IssuerUnavailableException(Exception cause) : Exception("The issuer's keys cannot be read.", cause);
