using Microsoft.AspNetCore.Http;

namespace SessionService.Hosting.Health;

/// <summary>The paths that load balancers, orchestrators and Prometheus ask again and again.</summary>
public static class Probes
{
    private static readonly PathString[] Paths = ["/health", "/api/v1/sessions/health", "/metrics"];

    public static bool Include(PathString path) =>
        Array.Exists(Paths, probe => path.StartsWithSegments(probe, StringComparison.OrdinalIgnoreCase));
}
