namespace SessionService.Hosting.Problems;

/// <summary>The stable codes of problems that are not a feature's own (those stand beside the feature's rules).</summary>
public static class ProblemCodes
{
    public const string BadRequest = "bad_request";
    public const string InvalidJson = "invalid_json";
    public const string ValidationFailed = "validation_failed";
    public const string RouteNotFound = "route_not_found";
    public const string MethodNotAllowed = "method_not_allowed";
    public const string PayloadTooLarge = "payload_too_large";
    public const string UnsupportedMediaType = "unsupported_media_type";
    public const string UnsupportedContentEncoding = "unsupported_content_encoding";
    public const string RangeNotSatisfiable = "range_not_satisfiable";
    public const string UriTooLong = "uri_too_long";
    public const string HeadersTooLarge = "headers_too_large";
    public const string RequestTimeout = "request_timeout";
    public const string RequestRefused = "request_refused";
    public const string DatabaseUnavailable = "database_unavailable";
    public const string AttachmentsUnavailable = "attachments_unavailable";
    public const string Overloaded = "overloaded";
    public const string OutcomeUnknown = "outcome_unknown";
    public const string AuthenticationRequired = "authentication_required";
    public const string InvalidToken = "invalid_token";
    public const string InvalidApiKey = "invalid_api_key";
    public const string GatewayRequired = "gateway_required";
    public const string IssuerUnavailable = "issuer_unavailable";
    public const string RateLimitExceeded = "rate_limit_exceeded";
    public const string TooManyFollowers = "too_many_followers";
    public const string TimeLimitExceeded = "time_limit_exceeded";
    public const string InternalError = "internal_error";
}
