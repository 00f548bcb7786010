using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Live;

/// <summary>Streams of events, and how instances hear of each other's writes. Section <c>Live</c>.</summary>
public sealed class LiveOptions
{
    public const string Section = "Live";

    /// <summary>The most streams at a time on one instance. 1 to 1 million.</summary>
    [Range(1, 1_000_000)]
    public int MaxFollowers { get; set; } = 20_000;

    /// <summary>The most streams of one user at a time on one instance. 1 to 1 million.</summary>
    [Range(1, 1_000_000)]
    public int MaxFollowersPerUser { get; set; } = 2_000;

    /// <summary>
    /// After how long without an event a stream sends a comment, so that nobody takes it for dead. 1 second to 10 minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a client may take for what was sent. A stream whose client takes longer is ended, and the client resumes. 1 second to 10
    /// minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Whether instances tell each other of writes by LISTEN and NOTIFY. Without these, as behind a pooler of transactions, streams of
    /// other instances are up to <see cref="LookUpEvery"/> late.
    /// </summary>
    public bool Notify { get; set; } = true;

    /// <summary>
    /// How long announcements gather before they are sent, and the shortest time between two wake-ups of a stream. 0 to 1 second.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan Gather { get; set; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How often an instance looks up whether anything that is followed has changed. 0.1 seconds to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan LookUpEvery { get; set; } = TimeSpan.FromSeconds(1);
}
