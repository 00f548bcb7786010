using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Limits;

/// <summary>How often a user may call. Section <c>RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests of one user in a period, at once or spread over it. 0, the default, sets no limit.</summary>
    [Range(0, 1_000_000)]
    public int Requests { get; set; }

    /// <summary>The period, seconds: used-up requests come back evenly in this time. 1 second to a day.</summary>
    [Range(1, 86_400)]
    public int PeriodSeconds { get; set; } = 60;

    /// <summary>How many users are remembered at a time; beyond these the one not seen for longest begins anew. 100 to 10 million.</summary>
    [Range(100, 10_000_000)]
    public int MaxUsers { get; set; } = 100_000;

    /// <summary>After how many seconds, at the most, a user without any has a request again.</summary>
    internal int SecondsToNext => Math.Max(1, (PeriodSeconds + Requests - 1) / Requests);
}
