using System.Reflection;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace SessionService.Gateway.Health;

/// <summary>The gateway's own health. The service's is at <c>/api/v1/sessions/health</c>.</summary>
internal static class HealthEndpoints
{
    private const string SessionCluster = "sessions";

    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    private static readonly string Version = typeof(HealthEndpoints).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    public static WebApplication MapHealth(this WebApplication app)
    {
        app.MapMethods("/health/live", Reads, (HttpContext http, TimeProvider time) => Answer(http, time, isHealthy: true));
        foreach (var path in new[] { "/health", "/health/ready" })
        {
            app.MapMethods(
                path, Reads, (HttpContext http, TimeProvider time, IProxyStateLookup proxy) => Answer(http, time, IsReady(proxy)));
        }

        return app;
    }

    /// <summary>
    /// Whether a destination of the session service is ready: by its last health probe, or, where probes are off, by its last requests.
    /// </summary>
    private static bool IsReady(IProxyStateLookup proxy)
    {
        if (!proxy.TryGetCluster(SessionCluster, out var cluster))
        {
            return false;
        }

        var isProbed = cluster.Model.Config.HealthCheck?.Active?.Enabled == true;
        return cluster.DestinationsState.AllDestinations.Any(destination =>
            isProbed ? destination.Health.Active == DestinationHealth.Healthy : destination.Health.Passive != DestinationHealth.Unhealthy);
    }

    private static IResult Answer(HttpContext http, TimeProvider time, bool isHealthy)
    {
        if (!isHealthy)
        {
            http.Response.Headers.RetryAfter = "2";
        }

        var answer = new HealthResponse(
            isHealthy ? "healthy" : "unhealthy",
            "session_gateway",
            http.Connection.LocalPort,
            Version,
            time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'"));
        return Results.Json(answer, statusCode: isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private sealed record HealthResponse(string Status, string Service, int Port, string Version, string Timestamp);
}
