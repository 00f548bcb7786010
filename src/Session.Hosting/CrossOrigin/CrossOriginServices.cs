using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using SessionService.Hosting.Headers;

namespace SessionService.Hosting.CrossOrigin;

/// <summary>Requests from web pages of other origins (CORS). Cookies are not allowed: callers authenticate with headers.</summary>
public static class CrossOriginServices
{
    private const string Policy = "pages";

    /// <summary>The headers of an answer with which a browser decides what a page may read.</summary>
    public static readonly IReadOnlyList<string> AnswerHeaders =
    [
        HeaderNames.AccessControlAllowOrigin, HeaderNames.AccessControlAllowCredentials, HeaderNames.AccessControlAllowHeaders,
        HeaderNames.AccessControlAllowMethods, HeaderNames.AccessControlExposeHeaders, HeaderNames.AccessControlMaxAge,
    ];

    public static IServiceCollection AddCrossOrigin(this IServiceCollection services)
    {
        services.AddOptions<CrossOriginOptions>().BindConfiguration(CrossOriginOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddCors();
        services.AddOptions<CorsOptions>().Configure<IOptions<CrossOriginOptions>>((cors, pages) => cors.AddPolicy(Policy, policy => policy
            .WithOrigins(pages.Value.AllowedOrigins)
            .WithMethods(
                HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete)
            .WithHeaders(
                HeaderNames.Accept,
                HeaderNames.AcceptLanguage,
                HeaderNames.Authorization,
                HeaderNames.CacheControl,
                HeaderNames.ContentEncoding,
                HeaderNames.ContentType,
                HeaderNames.IfMatch,
                HeaderNames.IfNoneMatch,
                HeaderNames.TraceParent,
                HeaderNames.TraceState,
                ServiceHeaders.IdempotencyKey,
                ServiceHeaders.LastEventId,
                ServiceHeaders.UserId)
            .WithExposedHeaders(
                HeaderNames.AcceptEncoding,
                HeaderNames.Allow,
                HeaderNames.ContentDisposition,
                HeaderNames.ETag,
                HeaderNames.Link,
                HeaderNames.Location,
                HeaderNames.RetryAfter,
                HeaderNames.WWWAuthenticate,
                ServiceHeaders.IdempotencyReplayed,
                ServiceHeaders.RateLimit,
                ServiceHeaders.RateLimitPolicy)
            .SetPreflightMaxAge(TimeSpan.FromMinutes(10))));
        return services;
    }

    /// <summary>
    /// Call this after routing, and before whatever may refuse a request. A browser's preflight request has no token and no secret. And a
    /// page can read an error only if the error has these headers.
    /// </summary>
    public static WebApplication UseCrossOrigin(this WebApplication app)
    {
        // Without allowed origins an OPTIONS request is answered like any other.
        if (IsOn(app.Configuration))
        {
            app.UseCors(Policy);
        }

        return app;
    }

    /// <summary>Whether pages of any other origin are allowed.</summary>
    public static bool IsOn(IConfiguration configuration) =>
        configuration.GetSection($"{CrossOriginOptions.Section}:{nameof(CrossOriginOptions.AllowedOrigins)}").GetChildren().Any();

    /// <summary>Whether a browser asks what a page may send. Such a request reads and changes nothing.</summary>
    public static bool IsPreflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
        && request.Headers.Origin.Count > 0
        && request.Headers.AccessControlRequestMethod.Count > 0;
}
