using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using SessionService.Api.Identity;
using SessionService.Hosting.Headers;

namespace SessionService.Api.Limits;

/// <summary>
/// A token bucket per caller. The framework's partitioned limiter keeps a bucket for every name and visits all buckets ten times a second.
/// Here the number of buckets is bounded, and a bucket is refilled when it is used.
/// </summary>
internal sealed class CallerRateLimiter(CallerResolver callers, RateLimitOptions options) : PartitionedRateLimiter<HttpContext>
{
    public const string PolicyHeader = ServiceHeaders.RateLimitPolicy;
    public const string LimitHeader = ServiceHeaders.RateLimit;

    private readonly string _policy = $"\"user\";q={options.Requests};w={options.PeriodSeconds}";
    private readonly MemoryCache _buckets = new(new MemoryCacheOptions { SizeLimit = options.MaxUsers });
    private readonly Lock _adding = new();

    /// <summary>How many callers are remembered.</summary>
    public int Count => _buckets.Count;

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => BucketOf(resource).GetStatistics();

    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount)
    {
        var bucket = BucketOf(resource);
        bucket.TryReplenish();
        var lease = bucket.AttemptAcquire(permitCount);
        Tell(resource.Response, bucket.GetStatistics()!.CurrentAvailablePermits);
        return lease;
    }

    // Requests do not queue: the answer says when to try again.
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(resource, permitCount));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buckets.Dispose();
        }

        base.Dispose(disposing);
    }

    // With requests left, t is the period: spread over it, they are never refused. With none left, t is the time to the next one.
    private void Tell(HttpResponse response, long left)
    {
        var limit = $"\"user\";r={left};t={(left > 0 ? options.PeriodSeconds : options.SecondsToNext)}";
        response.OnStarting(() =>
        {
            response.Headers[PolicyHeader] = _policy;
            response.Headers[LimitHeader] = limit;
            return Task.CompletedTask;
        });
    }

    private TokenBucketRateLimiter BucketOf(HttpContext http)
    {
        var key = KeyOf(http);
        if (_buckets.TryGetValue(key, out TokenBucketRateLimiter? known))
        {
            return known!;
        }

        // Two simultaneous requests of a new caller must share one bucket.
        lock (_adding)
        {
            return _buckets.GetOrCreate(key, Create)!;
        }
    }

    private TokenBucketRateLimiter Create(ICacheEntry entry)
    {
        // After this time without a request a bucket is full, like a new one, and can be dropped.
        entry.SlidingExpiration = options.Period;
        entry.Size = 1;
        return new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = options.Requests,
            TokensPerPeriod = options.Requests,
            ReplenishmentPeriod = options.Period,
            QueueLimit = 0,
            AutoReplenishment = false,
        });
    }

    // Callers without a name share the bucket of their IP address.
    private (bool IsUser, string Name) KeyOf(HttpContext http)
    {
        var named = callers.Find(http);
        var userId = named.Error is null ? named.Caller.UserId ?? named.PathUser : null;
        return userId is null ? (false, http.Connection.RemoteIpAddress?.ToString() ?? "") : (true, userId);
    }
}
