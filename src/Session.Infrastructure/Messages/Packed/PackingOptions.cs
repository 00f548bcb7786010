using System.ComponentModel.DataAnnotations;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>Which messages are packed, and how. Section <c>Packing</c>.</summary>
public sealed class PackingOptions
{
    public const string Section = "Packing";

    /// <summary>The most messages in any segment; statements rely on it.</summary>
    public const int MaxSegmentMessages = 4096;

    /// <summary>The smallest setting; the index of <see cref="PackableSessions"/> relies on it.</summary>
    public const int MinSegmentMessages = PackableSessions.MinMessages;

    /// <summary>Whether messages are packed. Packed messages are read in any case.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many of a session's newest messages are not packed, unless it is archived. 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int KeepNewest { get; set; } = 1_000;

    /// <summary>The most messages in a segment: more compress better, and more are unpacked for a page. 256 to 4,096.</summary>
    [Range(MinSegmentMessages, MaxSegmentMessages)]
    public int SegmentMessages { get; set; } = 2_048;

    /// <summary>A segment takes no further message once its texts are this long. 4 KiB to 4 MiB.</summary>
    [Range(4 * 1024, 4 * 1024 * 1024)]
    public int SegmentBytes { get; set; } = 384 * 1024;

    /// <summary>
    /// A session without a message for this long is packed up to its newest messages, even if the last segment is not full. 1 minute to
    /// 10 years.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromDays(7);

    /// <summary>The level of zstd, 1 to 22. Packed messages are only read, which is as fast at every level.</summary>
    [Range(1, 22)]
    public int Level { get; set; } = 19;

    /// <summary>
    /// How often the job looks for sessions. 30 seconds to 1 day. Messages that one look finds are packed at the next.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of the time in which an instance packs while there is something to pack, 0.01 to 1.</summary>
    [Range(0.01, 1)]
    public double Share { get; set; } = 0.25;
}
