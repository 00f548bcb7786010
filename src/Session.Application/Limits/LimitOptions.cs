using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Limits;

/// <summary>The limits of requests: sizes, times and rates. Section <c>Limits</c>.</summary>
public sealed class LimitOptions
{
    public const string Section = "Limits";

    /// <summary>A message's or memory's content and a session's summary, in bytes of UTF-8. 1 to 64 MiB.</summary>
    [Range(1, 64 * 1024 * 1024)]
    public int MaxContentBytes { get; set; } = 1024 * 1024;

    /// <summary>A field of free JSON, in bytes with its numbers written out. 2 bytes to 64 MiB.</summary>
    [Range(2, 64 * 1024 * 1024)]
    public int MaxJsonBytes { get; set; } = 1024 * 1024;

    /// <summary>A request's body, in bytes. 1 KiB to 1 GiB. Content may take six times its size where everything is escaped.</summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public long MaxBodyBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>A zip that is imported, in bytes. It is kept in a temporary file while it is read. 1 KiB to 1 TiB.</summary>
    [Range(1024, 1024L * 1024 * 1024 * 1024)]
    public long MaxArchiveBytes { get; set; } = 1024 * 1024 * 1024;

    /// <summary>How long a request may take until its answer begins. 1 second to 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The lowest rate, in bytes per second, at which a client may send a body or read an answer, after a grace period of five seconds. 1
    /// to 1 MiB.
    /// </summary>
    [Range(1, 1024 * 1024)]
    public int MinBytesPerSecond { get; set; } = 240;

    /// <summary>The most open connections of clients. 0, the default: no limit.</summary>
    [Range(0, int.MaxValue)]
    public int MaxConnections { get; set; }

    /// <summary>
    /// The most answers of more than 256 KiB on their way to clients, each of which takes a few MiB of memory. One user may have a quarter
    /// of them. 1 to 10,000.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxLargeAnswers { get; set; } = 64;
}
