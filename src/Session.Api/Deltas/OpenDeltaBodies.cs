using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using SessionService.Api.Turns;
using SessionService.Application.Deltas;

namespace SessionService.Api.Deltas;

/// <summary>How many long bodies of deltas are read at a time, of a user and of all.</summary>
internal sealed class OpenDeltaBodies(IOptions<DeltaOptions> options) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _places = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(
            userId => RateLimitPartition.GetConcurrencyLimiter(userId, _ => Places(options.Value.OpenBodies / 4))),
        PartitionedRateLimiter.Create<string, bool>(
            _ => RateLimitPartition.GetConcurrencyLimiter(true, _ => Places(options.Value.OpenBodies))));

    /// <summary>Takes a place, which is free again when the result is disposed.</summary>
    /// <exception cref="TurnRefusedException">Too many bodies are read, of this user or of all.</exception>
    public IDisposable Take(string userId)
    {
        var place = _places.AttemptAcquire(userId);
        if (place.IsAcquired)
        {
            return place;
        }

        place.Dispose();
        throw new TurnRefusedException();
    }

    public void Dispose() => _places.Dispose();

    private static ConcurrencyLimiterOptions Places(int most) => new() { PermitLimit = most, QueueLimit = 0 };
}
