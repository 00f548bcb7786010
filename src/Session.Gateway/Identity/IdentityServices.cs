using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using SessionService.Hosting.CrossOrigin;
using SessionService.Hosting.Identity;

namespace SessionService.Gateway.Identity;

/// <summary>Authentication and authorization of requests at the gateway.</summary>
internal static class IdentityServices
{
    // The authorization policy of routes about one user's data. The routes in appsettings.json name it.
    private const string CallerPolicy = "caller";

    public static IServiceCollection AddIdentity(this IServiceCollection services, IConfiguration configuration)
    {
        var section = configuration.GetSection(IdentityOptions.Section);
        services.AddOptions<IdentityOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<IdentityOptions>, IdentityOptionsValidator>();
        var authentication = services.AddAuthentication();
        var takesTokens = section.GetValue<IdentityMode>(nameof(IdentityOptions.Mode)) == IdentityMode.Jwt;
        if (takesTokens)
        {
            authentication.AddJwtBearer();
            services.AddSingleton<IConfigureOptions<JwtBearerOptions>, BearerTokens>();
        }

        services.AddAuthorizationBuilder().AddPolicy(CallerPolicy, policy =>
        {
            if (takesTokens)
            {
                // A browser's preflight request has no token. Without origins of the gateway's own, the service answers it.
                policy.RequireAssertion(context =>
                    context.User.Identity is { IsAuthenticated: true }
                    || (context.Resource is HttpContext http && CrossOriginServices.IsPreflight(http.Request)));
            }
            else
            {
                policy.RequireAssertion(_ => true);
            }
        });
        return services;
    }
}
