using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Deltas;

/// <summary>Messages in progress and the deltas that they take. Section <c>Deltas</c>.</summary>
public sealed class DeltaOptions
{
    public const string Section = "Deltas";

    /// <summary>
    /// The time without a delta after which a message in progress is completed as <c>incomplete</c>. 1 second to 1 day. So long at most
    /// lists, search and packing wait for a writer that has gone.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan AbandonedAfter { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often abandoned messages are looked for. 1 second to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most bytes of a delta. 1 to 16 MiB. All deltas of a message together have at most the bytes of a content.</summary>
    [Range(1, 16 * 1024 * 1024)]
    public int MaxBytes { get; set; } = 256 * 1024;

    /// <summary>The most deltas of a message. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxDeltas { get; set; } = 20_000;

    /// <summary>The most messages of a session that may be in progress at a time. 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxOfSession { get; set; } = 10;

    /// <summary>
    /// The most messages of a user that may be in progress at a time. 1 to 100,000. Messages that are opened at the same moment may go a
    /// little beyond.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxOfUser { get; set; } = 200;

    /// <summary>
    /// The most deltas that are taken of one long body in a second; the rest waits with the client. 10 to 100,000. Deltas with a request
    /// of their own count in the rate limit of requests.
    /// </summary>
    [Range(10, 100_000)]
    public int PerSecond { get; set; } = 1_000;

    /// <summary>The most long bodies of deltas that are read at a time; one user may have a quarter of them. 4 to 100,000.</summary>
    [Range(4, 100_000)]
    public int OpenBodies { get; set; } = 1_000;
}
