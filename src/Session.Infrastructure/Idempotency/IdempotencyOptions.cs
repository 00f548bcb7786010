using System.ComponentModel.DataAnnotations;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>How long idempotency keys are kept. Section <c>Idempotency</c>.</summary>
public sealed class IdempotencyOptions
{
    public const string Section = "Idempotency";

    /// <summary>How long a key is kept at least. 1 minute to 30 days; the contract with clients says 24 hours.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan KeepFor { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often keys that are older are removed. 1 second to 1 day.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RemoveEvery { get; set; } = TimeSpan.FromMinutes(10);
}
