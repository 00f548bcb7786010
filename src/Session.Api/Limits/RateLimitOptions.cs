using System.ComponentModel.DataAnnotations;

namespace SessionService.Api.Limits;

/// <summary>Rate limits. Section <c>RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    public const string Section = "RateLimits";

    /// <summary>Requests of one user in a period, at once or spread over it. 0, the default: no limit.</summary>
    [Range(0, 1_000_000)]
    public int Requests { get; set; }

    /// <summary>
    /// Requests with one key in a period, whichever users they are for; with <c>Identity:Mode=ApiKey</c>. 0, the default: no limit.
    /// </summary>
    [Range(0, 1_000_000)]
    public int KeyRequests { get; set; }

    /// <summary>The period: used-up requests come back evenly in this time. 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The number of users whose requests are counted, and as many keys. Beyond it, the user who has not called for the longest time starts
    /// with a full bucket again. 100 to 10 million.
    /// </summary>
    [Range(100, 10_000_000)]
    public int MaxUsers { get; set; } = 100_000;

    /// <summary>The period in whole seconds, for headers.</summary>
    internal int PeriodSeconds => (int)Math.Ceiling(Period.TotalSeconds);

    /// <summary>The longest time, in seconds, after which a user with no requests left has one again.</summary>
    internal int SecondsToNext(int requests) => Math.Max(1, (PeriodSeconds + requests - 1) / requests);
}
