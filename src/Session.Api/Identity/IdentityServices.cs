using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using SessionService.Hosting.Identity;

namespace SessionService.Api.Identity;

/// <summary>Who may call, and in whose name.</summary>
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
            // AddAuthentication would besides keep keys for cookies on the disk, of which there are none.
            services.AddAuthenticationCore(authentication =>
            {
                authentication.DefaultScheme = JwtBearerDefaults.AuthenticationScheme;
                authentication.AddScheme<JwtBearerHandler>(JwtBearerDefaults.AuthenticationScheme, displayName: null);
            });
            services.AddWebEncoders();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerTokens>();
            services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, JwtBearerPostConfigureOptions>();
            services.AddSingleton<IPostConfigureOptions<JwtBearerOptions>, BearerTokens>();
            // What says nothing of its own, unknown paths among it, needs a token.
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        }

        return builder;
    }

    /// <summary>Before anything that answers: with a secret set, all but health is for the gateway alone.</summary>
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

    /// <summary>Asked before the options can be: services are put together by it.</summary>
    public static bool TakesTokens(IConfiguration configuration) =>
        Enum.TryParse<IdentityMode>(
            configuration[$"{IdentityOptions.Section}:{nameof(IdentityOptions.Mode)}"], ignoreCase: true, out var mode)
        && mode == IdentityMode.Jwt;
}
