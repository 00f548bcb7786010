using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Keys;

/// <summary>How keys are checked, with <c>Identity:Mode=ApiKey</c>. Section <c>ApiKeys</c>.</summary>
public sealed class KeyOptions
{
    public const string Section = "ApiKeys";

    /// <summary>
    /// How long an instance uses what the database said about a key. A revoked key is refused by every instance after this time. 1 second
    /// to 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan CacheFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many keys an instance remembers. 100 to 1 million.</summary>
    [Range(100, 1_000_000)]
    public int MaxCached { get; set; } = 10_000;

    /// <summary>How often the last use of a key is written at most. 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan NoteUseEvery { get; set; } = TimeSpan.FromMinutes(5);
}
