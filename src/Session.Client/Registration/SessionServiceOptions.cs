namespace SessionService.Client;

/// <summary>Where the service is, who is calling, and how long to try.</summary>
public sealed class SessionServiceOptions
{
    /// <summary>
    /// The address of the service or its gateway, such as <c>http://localhost:8205</c>, without <c>/api/v1</c>. Required.
    /// </summary>
    public Uri? Address { get; set; }

    /// <summary>
    /// The user for whom the requests are. It is sent as <c>X-User-Id</c>, and names the user in paths. Leave it out where every call
    /// names its own user: <see cref="SessionServiceClient.ForUser"/>.
    /// </summary>
    public string? UserId { get; set; }

    /// <summary>A key of the service, sent as a bearer token. The key of a service acts for the user that the call names.</summary>
    public string? ApiKey { get; set; }

    /// <summary>
    /// Gives the bearer token of a request. It is asked before each attempt, with the user for whom the request is, so cache what is
    /// costly. <see langword="null"/> sends none. Not together with <see cref="ApiKey"/>.
    /// </summary>
    public Func<string?, CancellationToken, ValueTask<string?>>? TokenProvider { get; set; }

    /// <summary>How long and how often to try.</summary>
    public SessionServiceRetryOptions Retries { get; } = new();
}
