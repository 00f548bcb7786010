using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace SessionService.Gateway.Identity;

/// <summary>Whom a verified token lets its bearer act for.</summary>
/// <param name="UserId">The user; <see langword="null"/> where the token may act for any, so that the request names one.</param>
internal sealed record TokenCaller(string? UserId);

/// <summary>Which bearer tokens are taken, and whom they name.</summary>
internal sealed class BearerTokens(IOptions<IdentityOptions> identity) : IConfigureNamedOptions<JwtBearerOptions>
{
    // A request that needs the issuer's keys does not wait for them longer than for a connection to a service.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LeastTimeBetweenRefreshes = TimeSpan.FromSeconds(30);

    private static readonly string[] SharedKeyAlgorithms =
        [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    private static readonly string[] PublishedKeyAlgorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JwtOptions _jwt = identity.Value.Jwt;

    public static string[] AlgorithmsFor(JwtOptions jwt) => string.IsNullOrEmpty(jwt.SigningKey) ? PublishedKeyAlgorithms : SharedKeyAlgorithms;

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        options.Challenge = "Bearer realm=\"session-service\"";
        options.Authority = _jwt.Authority;
        options.MetadataAddress = _jwt.MetadataAddress!;
        options.RequireHttpsMetadata = _jwt.RequireHttps;
        options.RefreshInterval = LeastTimeBetweenRefreshes;
        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = string.IsNullOrWhiteSpace(_jwt.Issuer) ? null : _jwt.Issuer,
            ValidAudience = _jwt.Audience,
            ValidAlgorithms = _jwt.Algorithms.Length > 0 ? _jwt.Algorithms : AlgorithmsFor(_jwt),
            IssuerSigningKey = string.IsNullOrEmpty(_jwt.SigningKey) ? null : new SymmetricSecurityKey(Encoding.UTF8.GetBytes(_jwt.SigningKey)),
            ClockSkew = TimeSpan.FromSeconds(_jwt.ClockSkewSeconds),
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = WaitForKeysAsync,
            OnTokenValidated = FindCaller,
            OnAuthenticationFailed = context =>
            {
                // Whatever cannot be read is a bad token, never a fault of the gateway.
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
            OnChallenge = context =>
            {
                if (context.AuthenticateFailure is IssuerUnavailableException)
                {
                    context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    context.HandleResponse();
                }
                else if (context.AuthenticateFailure is not null)
                {
                    context.Error = "invalid_token";
                }

                return Task.CompletedTask;
            },
        };
    }

    // Without the issuer's keys no token can be judged: that is an outage, and no fault of the token.
    private static async Task WaitForKeysAsync(MessageReceivedContext context)
    {
        if (context.Options.ConfigurationManager is not { } issuer || context.Request.Headers.Authorization.Count == 0)
        {
            return;
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(context.HttpContext.RequestAborted);
        patience.CancelAfter(Patience);
        try
        {
            await issuer.GetConfigurationAsync(patience.Token);
        }
        catch (Exception exception) when (exception is InvalidOperationException or OperationCanceledException or IOException or HttpRequestException)
        {
            context.Fail(new IssuerUnavailableException(exception));
        }
    }

    private Task FindCaller(TokenValidatedContext context)
    {
        var token = (JsonWebToken)context.SecurityToken;
        if (token.TryGetHeaderValue<object>("crit", out _))
        {
            // RFC 7515, 4.1.11: what it names must be understood, and nothing is.
            context.Fail("The token has critical headers.");
        }
        else if (MayActForAny(context))
        {
            context.HttpContext.Features.Set(new TokenCaller(UserId: null));
        }
        else if (UserOf(token) is { } user)
        {
            context.HttpContext.Features.Set(new TokenCaller(user));
        }
        else
        {
            context.Fail("The token names no user.");
        }

        return Task.CompletedTask;
    }

    private bool MayActForAny(TokenValidatedContext context) =>
        _jwt.ActAsAnyScope.Length > 0
        && context.Principal!.Claims
            .Where(claim => claim.Type is "scope" or "scp")
            .SelectMany(claim => claim.Value.Split(' '))
            .Contains(_jwt.ActAsAnyScope, StringComparer.Ordinal);

    // Only a text, as it stands in the token: the library makes a text of any value, and writes one that looks like a date anew.
    private string? UserOf(JsonWebToken token)
    {
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        return payload.RootElement.TryGetProperty(_jwt.UserClaim, out var value)
            && value.ValueKind == JsonValueKind.String
            && value.GetString() is { } user
            && user.Length > 0
            && user == user.Trim()
            && !user.Any(char.IsControl)
                ? user
                : null;
    }

    private sealed class IssuerUnavailableException(Exception cause) : Exception("The issuer's keys cannot be read.", cause);
}
