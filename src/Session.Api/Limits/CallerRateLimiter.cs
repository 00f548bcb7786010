using System.Threading.RateLimiting;
using SessionService.Api.Identity;
using SessionService.Hosting.Headers;

namespace SessionService.Api.Limits;

/// <summary>A token bucket per caller, and one per key where requests bring keys. A request needs a token of each.</summary>
internal sealed class CallerRateLimiter(CallerResolver callers, RateLimitOptions options) : PartitionedRateLimiter<HttpContext>
{
    public const string PolicyHeader = ServiceHeaders.RateLimitPolicy;
    public const string LimitHeader = ServiceHeaders.RateLimit;

    private readonly RateBuckets? _users = options.Requests > 0 ? new RateBuckets("user", options.Requests, options) : null;
    private readonly RateBuckets? _keys = options.KeyRequests > 0 ? new RateBuckets("key", options.KeyRequests, options) : null;

    /// <summary>How many callers are remembered.</summary>
    public int Count => _users?.Count ?? 0;

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => _users?.StatisticsOf(CallerOf(resource));

    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount)
    {
        // The key first: a service that calls too often does not use up the requests of its users.
        (RateBuckets? Buckets, object? Name)[] all =
            [(_keys, resource.Features.Get<RequestKey>()?.KeyId), (_users, _users is null ? null : CallerOf(resource))];
        var told = new List<(string Policy, string Limit)>();
        RateLimitLease? lease = null;
        foreach (var (buckets, name) in all)
        {
            if (buckets is not null && name is not null && lease is not { IsAcquired: false })
            {
                (lease, var limit) = buckets.Take(name, permitCount);
                told.Add((buckets.Policy, limit));
            }
        }

        Tell(resource.Response, told);
        return lease ?? Unlimited.Instance;
    }

    // Requests do not queue: the answer says when to try again.
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(
        HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        ValueTask.FromResult(AttemptAcquireCore(resource, permitCount));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _users?.Dispose();
            _keys?.Dispose();
        }

        base.Dispose(disposing);
    }

    private static void Tell(HttpResponse response, List<(string Policy, string Limit)> told)
    {
        if (told.Count > 0)
        {
            response.OnStarting(() =>
            {
                response.Headers[PolicyHeader] = string.Join(", ", told.Select(one => one.Policy));
                response.Headers[LimitHeader] = string.Join(", ", told.Select(one => one.Limit));
                return Task.CompletedTask;
            });
        }
    }

    // Callers without a name share the bucket of their IP address.
    private object CallerOf(HttpContext http)
    {
        var named = callers.Find(http);
        var userId = named.Caller.UserId ?? (named.Error is null ? named.PathUser : null);
        return userId is null ? (false, http.Connection.RemoteIpAddress?.ToString() ?? "") : (true, userId);
    }

    private sealed class Unlimited : RateLimitLease
    {
        public static readonly Unlimited Instance = new();

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }
    }
}
