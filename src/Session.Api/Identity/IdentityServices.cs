using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>Authentication, and how the caller of a request is found.</summary>
internal static class IdentityServices
{
    public static WebApplicationBuilder AddIdentity(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IdentityOptions>().BindConfiguration(IdentityOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        services.AddSingleton<CallerResolver>();
        services.AddSingleton<CallerFilter>();
        services.Configure<MvcOptions>(mvc => mvc.Filters.AddService<CallerFilter>());
        services.AddHostedService<OpenDoorWarning>();
        if (TakesTokens(builder.Configuration))
        {
            // AddAuthentication would also store keys for cookies on the disk. There are no cookies.
            services.AddAuthenticationCore(authentication =>
            {
                authentication.DefaultScheme = JwtBearerDefaults.AuthenticationScheme;
                authentication.AddScheme<JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, displayName: null);
            });
            services.AddWebEncoders();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerTokens>();
            services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
            services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, BearerTokens>();
            // Every endpoint that does not say otherwise, and every unknown path, needs a token.
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }

        return builder;
    }

    /// <summary>Call this before any middleware that answers: with a secret set, only health is open to others than the gateway.</summary>
    public static WebApplication UseGatewaySecret(this WebApplication app)
    {
        app.UseMiddleware<GatewaySecretCheck>();
        return app;
    }

    public static WebApplication UseTokens(this WebApplication app)
    {
        if (TakesTokens(app.Configuration))
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }

        return app;
    }

    /// <summary>Reads the configuration itself, because the options do not exist yet while services are registered.</summary>
    public static bool TakesTokens(IConfiguration configuration) =>
        Enum.TryParse<IdentityMode>(
            configuration[$"{IdentityOptions.Section}:{nameof(IdentityOptions.Mode)}"], ignoreCase: true, out var mode)
        && mode == IdentityMode.Jwt;
}
