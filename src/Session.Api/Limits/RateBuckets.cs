using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;

namespace SessionService.Api.Limits;

/// <summary>
/// Token buckets of one kind, each with a name. The framework's partitioned limiter keeps a bucket for every name and visits all buckets
/// ten times a second. Here the number of buckets is bounded, and a bucket is refilled when it is used.
/// </summary>
/// <param name="kind">What a bucket belongs to, for the headers.</param>
/// <param name="requests">The size of a bucket, which is refilled in a period.</param>
internal sealed class RateBuckets(string kind, int requests, RateLimitOptions options) : IDisposable
{
    private readonly MemoryCache _buckets = new(new MemoryCacheOptions { SizeLimit = options.MaxUsers });
    private readonly Lock _adding = new();

    /// <summary>The longest time, in seconds, after which an empty bucket has a request again.</summary>
    private readonly int _secondsToNext = options.SecondsToNext(requests);

    /// <summary>The value for the header <c>RateLimit-Policy</c>.</summary>
    public string Policy { get; } = $"\"{kind}\";q={requests};w={options.PeriodSeconds}";

    /// <summary>How many buckets are remembered.</summary>
    public int Count => _buckets.Count;

    public RateLimiterStatistics? StatisticsOf(object name) => BucketOf(name).GetStatistics();

    /// <summary>Takes requests from a bucket.</summary>
    /// <returns>Whether they could be taken, and the value for the header <c>RateLimit</c>.</returns>
    public (RateLimitLease Lease, string Limit) Take(object name, int permits)
    {
        var bucket = BucketOf(name);
        bucket.TryReplenish();
        var lease = bucket.AttemptAcquire(permits);
        var left = bucket.GetStatistics()!.CurrentAvailablePermits;

        // With requests left, t is the period: spread over it, they are never refused. With none left, t is the time to the next one.
        var limit = $"\"{kind}\";r={left};t={(left > 0 ? options.PeriodSeconds : _secondsToNext)}";
        return (lease.IsAcquired ? lease : new Refusal(TimeSpan.FromSeconds(_secondsToNext)), limit);
    }

    public void Dispose() => _buckets.Dispose();

    private TokenBucketRateLimiter BucketOf(object name)
    {
        if (_buckets.TryGetValue(name, out TokenBucketRateLimiter? known))
        {
            return known!;
        }

        // Two simultaneous requests of a new caller must share one bucket.
        lock (_adding)
        {
            return _buckets.GetOrCreate(name, Create)!;
        }
    }

    private TokenBucketRateLimiter Create(ICacheEntry entry)
    {
        // After this time without a request a bucket is full, like a new one, and can be dropped.
        entry.SlidingExpiration = options.Period;
        entry.Size = 1;
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = requests,
            TokensPerPeriod = requests,
            ReplenishmentPeriod = options.Period,
            QueueLimit = 0,
            AutoReplenishment = false,
        });
    }

    private sealed class Refusal(TimeSpan retryAfter) : RateLimitLease
    {
        public override bool IsAcquired => false;

        public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            var isKnown = metadataName == MetadataName.RetryAfter.Name;
            metadata = isKnown ? retryAfter : null;
            return isKnown;
        }
    }
}
