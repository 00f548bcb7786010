using System.Security.Cryptography;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>When a delivery that failed is tried again: soon at first, and for about two days in all.</summary>
internal static class RetrySchedule
{
    // Between two attempts; about 48 hours together.
    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(30),
        TimeSpan.FromHours(1), TimeSpan.FromHours(2), TimeSpan.FromHours(4), TimeSpan.FromHours(8), TimeSpan.FromHours(14),
        TimeSpan.FromHours(18),
    ];

    // Many deliveries that failed together do not come back together.
    private const double Jitter = 0.2;

    public static int MaxAttempts => Pauses.Length + 1;

    /// <summary>The pause after an attempt, for a receiver that is never given up: it stays at two minutes.</summary>
    public static TimeSpan AlwaysAfter(int attempts) => After(Math.Min(attempts, 3))!.Value;

    /// <summary>The pause after an attempt that failed; <see langword="null"/> after the last one.</summary>
    /// <param name="attempts">How many attempts were made.</param>
    public static TimeSpan? After(int attempts) => attempts > Pauses.Length
        ? null
        : Pauses[Math.Max(attempts, 1) - 1] * (1 + (Jitter * RandomNumberGenerator.GetInt32(1_001) / 1_000));
}
