using System.ComponentModel.DataAnnotations;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>Which messages are packed, and how. Section <c>Packing</c>.</summary>
public sealed class PackingOptions
{
    public const string Section = "Packing";

    /// <summary>No segment holds more messages, whatever is set; statements count on it.</summary>
    public const int MaxSegmentMessages = 4096;

    /// <summary>The least that can be set; the index of <see cref="PackableSessions"/> counts on it.</summary>
    public const int MinSegmentMessages = PackableSessions.MinMessages;

    /// <summary>Whether messages are packed. What is packed is read in any case.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The newest messages of a session that are not packed, unless it is put away. 0 to 1,000,000.</summary>
    [Range(0, 1_000_000)]
    public int KeepNewest { get; set; } = 1_000;

    /// <summary>The most messages in a segment: the more, the smaller, and the more is unpacked for a page. 256 to 4,096.</summary>
    [Range(MinSegmentMessages, MaxSegmentMessages)]
    public int SegmentMessages { get; set; } = 2_048;

    /// <summary>A segment takes no further message once its texts are this long. 4 KiB to 4 MiB.</summary>
    [Range(4 * 1024, 4 * 1024 * 1024)]
    public int SegmentBytes { get; set; } = 384 * 1024;

    /// <summary>
    /// A session without a message for so long is packed up to its newest messages even where the last segment does not get full. 1 minute to
    /// 10 years.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan IdleAfter { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How hard zstd tries, 1 to 22. Once packed, messages are only read, and that is as fast at every level.</summary>
    [Range(1, 22)]
    public int Level { get; set; } = 19;

    /// <summary>
    /// How often sessions are looked at. 30 seconds to 1 day. What one look finds is packed at the next: whoever writes has seen it by then.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of the time in which an instance packs while there is something to pack, 0.01 to 1.</summary>
    [Range(0.01, 1)]
    public double Share { get; set; } = 0.25;
}
