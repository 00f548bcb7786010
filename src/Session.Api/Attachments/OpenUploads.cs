using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using SessionService.Api.Turns;

namespace SessionService.Api.Attachments;

/// <summary>
/// How many uploads may have begun, of a user and of all. An upload gives its turn back while its client sends nothing, but keeps its
/// temporary file. So turns alone would let slow clients fill the disk.
/// </summary>
internal sealed class OpenUploads(IOptions<TurnOptions> options, TurnMetrics metrics) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _places = PartitionedRateLimiter.CreateChained(
        PartitionedRateLimiter.Create<string, string>(
            userId => RateLimitPartition.GetConcurrencyLimiter(userId, _ => Places(options.Value.OfUser(options.Value.OpenUploads)))),
        PartitionedRateLimiter.Create<string, bool>(
            _ => RateLimitPartition.GetConcurrencyLimiter(true, _ => Places(options.Value.OpenUploads))));

    /// <summary>Takes a place, which is free again when the result is disposed.</summary>
    /// <exception cref="TurnRefusedException">Too many uploads are open, of this user or of all.</exception>
    public IDisposable Take(string userId)
    {
        var place = _places.AttemptAcquire(userId);
        if (place.IsAcquired)
        {
            return place;
        }

        place.Dispose();
        metrics.CountRefused(Work.Upload);
        throw new TurnRefusedException();
    }

    public void Dispose() => _places.Dispose();

    private static ConcurrencyLimiterOptions Places(int most) => new() { PermitLimit = most, QueueLimit = 0 };
}
