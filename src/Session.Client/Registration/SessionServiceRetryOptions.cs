namespace SessionService.Client;

/// <summary>
/// How long and how often to try. A write is repeated only where the service stores it once: with the <c>Idempotency-Key</c> of the call,
/// or because the same request again leads to the same state.
/// </summary>
public sealed class SessionServiceRetryOptions
{
    /// <summary>How often a request is sent again at most; 0 never. Default 10.</summary>
    public int MaxRetries { get; set; } = 10;

    /// <summary>The wait before the first retry. It doubles with each one, and varies at random. Default 200 ms.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait, unless the service asks for a longer one by <c>Retry-After</c>. Default 5 s.</summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long one attempt may take, with its body. In an export, a download or events: how long the next bytes may take. Default 60 s.
    /// </summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// How long a call may take with all attempts and waits. A wait that <c>Retry-After</c> asks for and that ends later is not begun.
    /// Default 3 minutes.
    /// </summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromMinutes(3);

    /// <summary>
    /// In place of the two limits above for imports, erasures, copies and uploads, and for the beginning of exports and downloads. Default
    /// 1 hour.
    /// </summary>
    public TimeSpan TransferTimeout { get; set; } = TimeSpan.FromHours(1);
}
