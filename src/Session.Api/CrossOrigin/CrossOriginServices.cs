using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Api.Limits;

namespace SessionService.Api.CrossOrigin;

/// <summary>Requests from web pages of other origins (CORS). Cookies are not allowed: callers authenticate with headers.</summary>
internal static class CrossOriginServices
{
    private const string Policy = "pages";

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services)
    {
        services.AddOptions<CrossOriginOptions>().BindConfiguration(CrossOriginOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CrossOriginOptions>>((cors, pages) => cors.AddPolicy(Policy, policy => policy
            .WithOrigins(pages.Value.AllowedOrigins)
            .WithMethods(HttpMethods.Get, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
            .WithHeaders(
                "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "traceparent", CallerResolver.Header)
            .WithExposedHeaders(
                "ETag",
                "Idempotency-Replayed",
                "Location",
                "Retry-After",
                "WWW-Authenticate",
                CallerRateLimiter.LimitHeader,
                CallerRateLimiter.PolicyHeader)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        return services;
    }

    /// <summary>Call this before authentication: a browser's preflight request has no token.</summary>
    public static WebApplication UseCrossOrigin(this WebApplication app)
    {
        // Without allowed origins an OPTIONS request is answered like any other.
        if (app.Configuration.GetSection($"{CrossOriginOptions.Section}:{nameof(CrossOriginOptions.AllowedOrigins)}").GetChildren().Any())
        {
            app.UseCors(Policy);
        }

        return app;
    }
}
