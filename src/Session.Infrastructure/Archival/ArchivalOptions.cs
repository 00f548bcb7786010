using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Archival;

/// <summary>When unused sessions expire, are archived and are deleted. Section <c>Archival</c>. By default never.</summary>
public sealed class ArchivalOptions
{
    public const string Section = "Archival";

    /// <summary>
    /// After how long without a message or a change an active session expires. 1 minute to 10 years; without it none expires.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan? ExpireAfter { get; set; }

    /// <summary>After how long expired, ended and completed sessions are archived. 1 minute to 10 years; without it none is.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan? ArchiveAfter { get; set; }

    /// <summary>
    /// After how long archived sessions are deleted for good, with everything that belongs to them. 1 day to 100 years; without it none is.
    /// </summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "36500.00:00:00")]
    public TimeSpan? DeleteAfter { get; set; }

    /// <summary>How often to look. 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The most sessions that are looked at in one transaction. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int BatchSize { get; set; } = 500;

    internal bool IsOn => (ExpireAfter ?? ArchiveAfter ?? DeleteAfter) is not null;
}
