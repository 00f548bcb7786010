using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using SessionService.Api.Problems;
using SessionService.Hosting.Identity;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Identity;

/// <summary>Configures which bearer tokens are accepted, which user they name, and how other tokens are refused.</summary>
internal sealed class BearerTokens(IOptions<IdentityOptions> options)
    : IConfigureNamedOptions<JwtBearerOptions>, IPostConfigureOptions<JwtBearerOptions>
{
    // The longest that a request waits for an issuer that does not answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A token with an unknown key makes the service fetch the issuer's keys. This is the shortest time between two fetches.
    private static readonly TimeSpan LeastTimeBetweenRefreshes = TimeSpan.FromSeconds(30);

    // A key that the issuer no longer publishes is accepted for this long.
    private static readonly TimeSpan TimeBetweenRefreshes = TimeSpan.FromMinutes(10);

    private readonly JwtOptions _jwt = options.Value.Jwt;

    public void Configure(JwtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        var isShared = !string.IsNullOrEmpty(_jwt.SigningKey);
        options.Authority = _jwt.Authority;
        options.MetadataAddress = _jwt.MetadataAddress!;
        options.RequireHttpsMetadata = _jwt.RequireHttps;
        options.BackchannelTimeout = TimeSpan.FromSeconds(5);
        options.RefreshInterval = LeastTimeBetweenRefreshes;
        options.AutomaticRefreshInterval = TimeBetweenRefreshes;
        options.MapInboundClaims = false;
        options.SaveToken = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = string.IsNullOrWhiteSpace(_jwt.Issuer) ? null : _jwt.Issuer,
            ValidAudience = _jwt.Audience,
            ValidAlgorithms = _jwt.Algorithms.Length > 0
                ? _jwt.Algorithms
                : isShared ? [SecurityAlgorithms.HmacSha256] : IdentityOptionsValidator.PublishedKeyAlgorithms,
            IssuerSigningKey = isShared ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(_jwt.SigningKey!)) : null,
            ValidateIssuerSigningKey = true,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = _jwt.ClockSkew,
        };
        options.Events = new JwtBearerEvents
        {
            OnMessageReceived = context => TokenChecks.WaitForKeysAsync(context, Patience),
            OnTokenValidated = context =>
            {
                TokenChecks.FindCaller(context, _jwt);
                return Task.CompletedTask;
            },
            OnAuthenticationFailed = context =>
            {
                // A token that cannot be read is an invalid token, never an error of the service.
                context.Fail(context.Exception);
                return Task.CompletedTask;
            },
            OnChallenge = RefuseAsync,
        };
    }

    /// <summary>Otherwise the library would accept a key for another hour after the issuer has withdrawn it.</summary>
    public void PostConfigure(string? name, JwtBearerOptions options)
    {
        if (options.ConfigurationManager is BaseConfigurationManager issuer)
        {
            issuer.UseLastKnownGoodConfiguration = false;
        }
    }

    private static Task RefuseAsync(JwtBearerChallengeContext context)
    {
        context.HandleResponse();
        var http = context.HttpContext;
        return context.AuthenticateFailure switch
        {
            IssuerUnavailableException => AnswerIssuerUnavailableAsync(http),
            null => UnauthorizedAnswer.WriteAsync(
                http, ProblemCodes.AuthenticationRequired, "The request needs a bearer token.", UnauthorizedAnswer.Challenge),
            SecurityTokenExpiredException => UnauthorizedAnswer.WriteAsync(
                http,
                ProblemCodes.InvalidToken,
                "The token has expired.",
                $"{UnauthorizedAnswer.Challenge}, error=\"invalid_token\", error_description=\"expired\""),
            _ => UnauthorizedAnswer.WriteAsync(
                http,
                ProblemCodes.InvalidToken,
                "The token is not accepted.",
                $"{UnauthorizedAnswer.Challenge}, error=\"invalid_token\""),
        };
    }

    private static Task AnswerIssuerUnavailableAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = ProblemExceptionHandler.RetryAfterSeconds.ToString();
        return ProblemFactory.WriteAsync(
            http,
            ProblemFactory.Create(
                http,
                StatusCodes.Status503ServiceUnavailable,
                ProblemCodes.IssuerUnavailable,
                "The token's issuer cannot be reached at the moment."),
            http.RequestAborted);
    }
}
