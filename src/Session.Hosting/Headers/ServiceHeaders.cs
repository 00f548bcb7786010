namespace SessionService.Hosting.Headers;

/// <summary>The service's own headers. The gateway adds, replaces or checks some of them.</summary>
public static class ServiceHeaders
{
    public const string UserId = "X-User-Id";
    public const string GatewaySecret = "X-Gateway-Secret";
    public const string IdempotencyKey = "Idempotency-Key";
    public const string LastEventId = "Last-Event-ID";
    public const string IdempotencyReplayed = "Idempotency-Replayed";

    // draft-ietf-httpapi-ratelimit-headers-11.
    public const string RateLimitPolicy = "RateLimit-Policy";
    public const string RateLimit = "RateLimit";

    /// <summary>The name of the caller in validation errors, as in the query.</summary>
    public const string UserField = "user_id";

    /// <summary>The name of the key in validation errors, in the style of JSON fields.</summary>
    public const string IdempotencyKeyField = "idempotency_key";

    /// <summary>The name of the last event in validation errors, in the style of JSON fields.</summary>
    public const string LastEventIdField = "last_event_id";

    /// <summary>Why a header, a query parameter or the like that stands twice is refused.</summary>
    public const string GivenTwice = "must be given once";
}
