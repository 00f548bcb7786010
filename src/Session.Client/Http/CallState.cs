namespace SessionService.Client;

/// <summary>What is known of a call over all its attempts. It travels with the request.</summary>
internal sealed class CallState(Call call, string? userId, long startedAt)
{
    private static readonly HttpRequestOptionsKey<CallState> Key = new("SessionService.Client");

    private bool _hasLostAnswer;

    public Call Call { get; } = call;

    public string? UserId { get; } = userId;

    public long StartedAt { get; } = startedAt;

    /// <summary>What the last attempt has come to.</summary>
    public Verdict Verdict { get; private set; }

    /// <summary>
    /// Whether the call may have done its work although it fails. With a key it has not where the service has looked at the last attempt:
    /// it would have repeated the first answer. A caller that was turned away at the door, or found nobody, has not been told.
    /// </summary>
    public bool IsOutcomeUnknown => Call.Method != HttpMethod.Get
        && (Verdict is Verdict.Unknown or Verdict.Fault
            || (_hasLostAnswer && (Call.IdempotencyKey is null || Verdict is not Verdict.Answered)));

    public static CallState Of(HttpRequestMessage request) =>
        request.Options.TryGetValue(Key, out var state)
            ? state
            : throw new InvalidOperationException("This HttpClient serves the SessionServiceClient only.");

    public void AddTo(HttpRequestMessage request) => request.Options.Set(Key, this);

    /// <summary>An attempt begins: until it has ended it is not known what it does.</summary>
    public void Begin() => Verdict = Verdict.Unknown;

    public void End(Verdict verdict)
    {
        Verdict = verdict;
        _hasLostAnswer |= verdict == Verdict.Unknown;
    }
}
