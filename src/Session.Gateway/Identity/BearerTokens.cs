using System.Text;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;
using SessionService.Hosting.Identity;

namespace SessionService.Gateway.Identity;

/// <summary>Configures which bearer tokens are accepted, and which user they name.</summary>
internal sealed class BearerTokens(IOptions<IdentityOptions> identity) : IConfigureNamedOptions<JwtBearerOptions>
{
    // The longest that a request waits for the issuer's keys: no longer than for a connection to a service.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan LeastTimeBetweenRefreshes = TimeSpan.FromSeconds(30);

    private readonly JwtOptions _jwt = identity.Value.Jwt;

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
            ValidAlgorithms = _jwt.Algorithms.Length > 0 ? _jwt.Algorithms : IdentityOptionsValidator.AlgorithmsFor(_jwt),
            IssuerSigningKey = string.IsNullOrEmpty(_jwt.SigningKey)
                ? null
                : new SymmetricSecurityKey(Encoding.UTF8.GetBytes(_jwt.SigningKey)),
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
                // A token that cannot be read is an invalid token, never an error of the gateway.
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
}
