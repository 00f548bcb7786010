using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using SessionService.Hosting.Problems;

namespace SessionService.Hosting.Logging;

/// <summary>
/// Logs one line per request. The route is logged as its template, since paths hold user ids. Bodies, headers and queries are never logged.
/// </summary>
public sealed partial class RequestLogging(RequestDelegate next, TimeProvider time, ILogger<RequestLogging> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            // The exception handler runs the pipeline again and clears the endpoint.
            var endpoint = http.GetEndpoint() ?? http.Features.Get<Microsoft.AspNetCore.Diagnostics.IExceptionHandlerFeature>()?.Endpoint;
            var route = (endpoint as RouteEndpoint)?.RoutePattern.RawText;
            var durationMs = Math.Round(time.GetElapsedTime(started).TotalMilliseconds, 1);
            var traceId = ProblemFactory.TraceId(http);
            LogRequest(http.Request.Method, route ?? "(none)", http.Response.StatusCode, durationMs, traceId);
        }
    }

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Method} {Route} {Status} {DurationMs} ms {TraceId}")]
    private partial void LogRequest(string method, string route, int status, double durationMs, string traceId);
}
