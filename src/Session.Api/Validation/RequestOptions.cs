namespace SessionService.Api.Validation;

/// <summary>What a request may hold beside what the service knows. Section <c>Requests</c>.</summary>
public sealed class RequestOptions
{
    public const string Section = "Requests";

    /// <summary>What happens to a request with a query parameter that its route does not have.</summary>
    public UnknownParameters UnknownParameters { get; set; } = UnknownParameters.Reject;
}

public enum UnknownParameters
{
    /// <summary>The request is answered 422: a filter that is dropped in silence answers another question.</summary>
    Reject,

    /// <summary>The request is answered as if the parameter were not there. The log warns once per name.</summary>
    Ignore,
}
