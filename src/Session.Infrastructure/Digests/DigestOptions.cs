using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Digests;

/// <summary>How new messages are digested. Section <c>Digest</c>.</summary>
public sealed class DigestOptions
{
    public const string Section = "Digest";

    /// <summary>
    /// Whether this instance digests. Where no instance does, searches and sums are still right, but cost more with every message that
    /// waits.
    /// </summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often to look for sessions to digest. 10 milliseconds to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long nothing is written to a session before it is digested. 0 to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan IdleFor { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>With this many new messages a session is digested while it is being written to. 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxNewMessages { get; set; } = 200;

    /// <summary>The most messages that are digested in one transaction. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 2_000;

    /// <summary>About how many bytes of content are digested in one transaction; a larger message goes alone. 1 KiB to 64 MiB.</summary>
    [Range(1024, 64 * 1024 * 1024)]
    public int BatchBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The share of the time in which an instance digests while there is something to digest, 0.01 to 1.</summary>
    [Range(0.01, 1)]
    public double Share { get; set; } = 0.25;
}
