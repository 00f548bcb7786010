using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using SessionService.Hosting.Health;
using SessionService.Hosting.Problems;

namespace SessionService.Hosting.Logging;

/// <summary>
/// Logs one line per request. The route is logged as its template, since paths hold user ids. Bodies, headers and queries are never logged.
/// </summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="time">Measures the duration.</param>
/// <param name="loggers">Makes the logger of the program's own category.</param>
/// <param name="category">The category: service and gateway each log a request that goes through both.</param>
public sealed partial class RequestLogging(RequestDelegate next, TimeProvider time, ILoggerFactory loggers, string category)
{
    // The name that OpenTelemetry gives to methods that are none of HTTP's. A client may send any text of any length as its method.
    private const string OtherMethod = "_OTHER";

    private static readonly HashSet<string> Methods =
    [
        HttpMethods.Get, HttpMethods.Head, HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete, HttpMethods.Options,
        HttpMethods.Connect, HttpMethods.Trace,
    ];

    private readonly ILogger _logger = loggers.CreateLogger(category);

    public async Task InvokeAsync(HttpContext http)
    {
        var started = time.GetTimestamp();
        var method = Methods.Contains(http.Request.Method) ? http.Request.Method : OtherMethod;
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
            // A probe every two seconds would be most of the log, and says something only when it fails.
            var isRoutine = http.Response.StatusCode < StatusCodes.Status400BadRequest && Probes.Include(http.Request.Path);
            var level = isRoutine ? LogLevel.Debug : LogLevel.Information;
            LogRequest(level, method, route ?? "(none)", http.Response.StatusCode, durationMs, traceId);
        }
    }

    [LoggerMessage(EventId = 1, Message = "{Method} {Route} {Status} {DurationMs} ms {TraceId}")]
    private partial void LogRequest(LogLevel level, string method, string route, int status, double durationMs, string traceId);
}
