using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Telemetry;

/// <summary>What is shown of the service's metrics. Section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions
{
    public const string Section = "Telemetry";

    /// <summary>Whether <c>/metrics</c> is there.</summary>
    public bool Metrics { get; set; } = true;

    /// <summary>
    /// The one port at which <c>/metrics</c> is answered, of those at which the service listens. 0, the default: at each.
    /// </summary>
    [Range(0, 65_535)]
    public int MetricsPort { get; set; }
}
