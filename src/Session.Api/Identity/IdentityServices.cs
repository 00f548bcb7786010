using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SessionService.Api.Keys;
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
        switch (ModeOf(builder.Configuration))
        {
            case IdentityMode.Jwt:
                services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerTokens>();
                services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
                services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, BearerTokens>();
                services.AddScheme<JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme);
                break;

            case IdentityMode.ApiKey:
                services.AddScheme<ApiKeyHandler>(ApiKeyHandler.SchemeName);
                break;
        }

        if (ModeOf(builder.Configuration) != IdentityMode.ApiKey)
        {
            services.Configure<MvcOptions>(mvc => mvc.Conventions.Add(new NoKeyRoutes()));
        }

        return builder;
    }

    /// <summary>Call this before any middleware that answers: with a secret set, only health is open to others than the gateway.</summary>
    public static WebApplication UseGatewaySecret(this WebApplication app)
    {
        app.UseMiddleware<GatewaySecretCheck>();
        return app;
    }

    /// <summary>Checks tokens or keys, where the mode takes them.</summary>
    public static WebApplication UseTokens(this WebApplication app)
    {
        if (TakesCredentials(app.Configuration))
        {
            app.UseAuthentication();
            app.UseAuthorization();
        }

        return app;
    }

    /// <summary>Whether a request must bring a token or a key.</summary>
    public static bool TakesCredentials(IConfiguration configuration) => ModeOf(configuration) != IdentityMode.TrustedHeader;

    // Reads the configuration itself, because the options do not exist yet while services are registered.
    private static IdentityMode ModeOf(IConfiguration configuration) =>
        Enum.TryParse<IdentityMode>(
            configuration[$"{IdentityOptions.Section}:{nameof(IdentityOptions.Mode)}"], ignoreCase: true, out var mode)
            ? mode
            : IdentityMode.TrustedHeader;

    private static void AddScheme<THandler>(this IServiceCollection services, string name)
        where THandler : class, IAuthenticationHandler
    {
        // AddAuthentication would also store keys for cookies on the disk. There are no cookies.
        services.AddAuthenticationCore(authentication =>
        {
            authentication.DefaultScheme = name;
            authentication.AddScheme<THandler>(name, displayName: null);
        });
        services.AddTransient<THandler>();
        services.AddWebEncoders();
        // Every endpoint that does not say otherwise, and every unknown path, needs a caller who is known.
        services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
    }
}
