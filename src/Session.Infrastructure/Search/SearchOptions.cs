using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Search;

/// <summary>Full text search. Section <c>Search</c>.</summary>
public sealed class SearchOptions
{
    public const string Section = "Search";

    /// <summary>
    /// The text search configuration of PostgreSQL that turns words into lexemes: <c>english</c>, <c>german</c>, <c>simple</c> …
    /// Messages that were digested with another configuration are found by words that both configurations treat alike.
    /// </summary>
    [Required]
    [RegularExpression("^[A-Za-z_][A-Za-z0-9_]{0,62}$")]
    public string Language { get; set; } = "english";

    /// <summary>About how much memory the cache of recently used parts of the index takes. 1 MiB to 64 GiB.</summary>
    [Range(1024L * 1024, 64L * 1024 * 1024 * 1024)]
    public long CacheBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>The most messages that one part of a user's index covers. 2 to 65,536.</summary>
    [Range(2, 65_536)]
    public int MaxSegmentMessages { get; set; } = 4_096;
}
