using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Telemetry;

/// <summary>Where Prometheus can read the service's metrics. Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Whether <c>/metrics</c> is served.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>The port, of those at which the service listens, that serves <c>/metrics</c>. 0, the default: every port does.</summary>
    [Range(0, 65_535)]
    public int MetricsPort { get; set; }
}
