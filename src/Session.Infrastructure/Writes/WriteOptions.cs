using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Writes;

/// <summary>How writes that arrive at the same time share statements. Section <c>Writes</c>.</summary>
public sealed class WriteOptions
{
    public const string Section = "Writes";

    /// <summary>Whether concurrent writes are written together; otherwise each has a statement and a commit of its own.</summary>
    public bool Coalesce { get; set; } = true;

    /// <summary>
    /// Whether a statement holds the writes of one user only, as it must on a database that is sharded by user; on a single server it
    /// may hold those of several.
    /// </summary>
    public bool OneUserAStatement { get; set; }

    /// <summary>Connections that write, for each kind of write. 1 to 64. More than a few only wait for each other.</summary>
    [Range(1, 64)]
    public int Writers { get; set; } = 2;

    /// <summary>The most writes in one statement. 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int MaxGroup { get; set; } = 512;

    /// <summary>The most bytes in one statement, approximately; a larger write goes alone. 1 KiB to 256 MiB.</summary>
    [Range(1024, 256 * 1024 * 1024)]
    public long MaxGroupBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>The most writes of one kind that wait; one more is refused at once. 1 to 1,000,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>
    /// The most bytes of one kind of writes that wait, approximately; a write beyond is refused at once unless none waits. 1 KiB to 16 GiB.
    /// </summary>
    [Range(1024L, 16L * 1024 * 1024 * 1024)]
    public long MaxQueueBytes { get; set; } = 128 * 1024 * 1024;

    /// <summary>
    /// One user's share of the queue, in writes and in bytes; one write of a user may wait in any case. 0.01 to 1.
    /// </summary>
    [Range(0.01, 1)]
    public double UserShare { get; set; } = 0.5;
}
