using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Persistence;

/// <summary>How the service notices that its database does not answer. Section <c>Pulse</c>.</summary>
public sealed class PulseOptions
{
    public const string Section = "Pulse";

    /// <summary>
    /// How long the smallest of questions may go without an answer until the database counts as lost: then every request is answered
    /// at once, the ones under way too. A long statement is none of its business. 200 milliseconds to 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.2", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(1);
}
