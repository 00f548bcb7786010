using System.Threading.RateLimiting;
using Microsoft.Extensions.Caching.Memory;
using SessionService.Api.Identity;

namespace SessionService.Api.Limits;

/// <summary>
/// A token bucket for each caller. The framework's own partitioned limiter keeps a bucket for whoever is named, and walks through all of
/// them ten times a second; here their number is bounded, and a bucket is filled when it is asked.
/// </summary>
internal sealed class CallerRateLimiter(CallerResolver callers, RateLimitOptions options) : PartitionedRateLimiter<HttpContext>
{
    // draft-ietf-httpapi-ratelimit-headers-11.
    public const string PolicyHeader = "RateLimit-Policy";
    public const string LimitHeader = "RateLimit";

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

    // Nobody waits: the answer says when to come again.
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

    // Whoever spreads what is left over the rest of a period is never refused; whoever has nothing left waits for the next.
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

        // Two requests of a new caller's at once share one bucket.
        lock (_adding)
        {
            return _buckets.GetOrCreate(key, Create)!;
        }
    }

    private TokenBucketRateLimiter Create(ICacheEntry entry)
    {
        // Untouched for so long, a bucket is full again, as a new one is.
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

    // The callers behind one address share its bucket where they are not named.
    private (bool IsUser, string Name) KeyOf(HttpContext http)
    {
        var named = callers.Find(http);
        var userId = named.Error is null ? named.Caller.UserId ?? named.PathUser : null;
        return userId is null ? (false, http.Connection.RemoteIpAddress?.ToString() ?? "") : (true, userId);
    }
}
