using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Health;

/// <summary>How the service stops. Section <c>Shutdown</c>.</summary>
public sealed class ShutdownOptions
{
    public const string Section = "Shutdown";

    /// <summary>How long the service keeps serving, not ready, after it was told to stop. 0, the default, to 20 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:20")]
    public TimeSpan Delay { get; set; }
}
