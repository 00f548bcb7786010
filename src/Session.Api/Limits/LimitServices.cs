using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using SessionService.Api.Identity;
using SessionService.Api.Problems;
using SessionService.Application.Limits;
using SessionService.Hosting.Problems;

namespace SessionService.Api.Limits;

/// <summary>Rate limits and the request timeout.</summary>
internal static class LimitServices
{
    public static IServiceCollection AddLimits(this IServiceCollection services)
    {
        services.AddOptions<RateLimitOptions>().BindConfiguration(RateLimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<IOptions<RateLimitOptions>, CallerResolver>(Limit);
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>()
            .Configure<IOptions<LimitOptions>>((timeouts, limits) => timeouts.DefaultPolicy = new RequestTimeoutPolicy
            {
                Timeout = limits.Value.RequestTimeout,
                TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
                WriteTimeoutResponse = RefuseLateAsync,
            });
        return services;
    }

    /// <summary>Call this after authentication: a bucket belongs to the caller.</summary>
    public static WebApplication UseLimits(this WebApplication app)
    {
        app.UseRateLimiter();
        app.UseRequestTimeouts();
        return app;
    }

    private static void Limit(RateLimiterOptions limiter, IOptions<RateLimitOptions> rates, CallerResolver callers)
    {
        if (rates.Value is { Requests: 0, KeyRequests: 0 })
        {
            return;
        }

        limiter.GlobalLimiter = new CallerRateLimiter(callers, rates.Value);
        limiter.OnRejected = async (context, cancellationToken) =>
        {
            var http = context.HttpContext;
            if (context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var retryAfter))
            {
                http.Response.Headers.RetryAfter = ((int)retryAfter.TotalSeconds).ToString();
            }

            await ProblemFactory.WriteAsync(
                http,
                ProblemFactory.Create(
                    http,
                    StatusCodes.Status429TooManyRequests,
                    ProblemCodes.RateLimitExceeded,
                    "Too many requests; Retry-After says when to come again."),
                cancellationToken);
        };
    }

    // The request may or may not have written something before: the answer says neither.
    private static Task RefuseLateAsync(HttpContext http)
    {
        http.Response.Headers.RetryAfter = ProblemExceptionHandler.RetryAfterSeconds.ToString();
        return ProblemFactory.WriteAsync(
            http,
            ProblemFactory.Create(
                http,
                StatusCodes.Status503ServiceUnavailable,
                ProblemCodes.TimeLimitExceeded,
                "The request took too long and was given up."),
            CancellationToken.None);
    }
}
