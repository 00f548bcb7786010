using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Turns;

/// <summary>The metrics of turns, by kind of work and never by user.</summary>
internal sealed class TurnMetrics
{
    private static readonly (Work Work, KeyValuePair<string, object?> Tag)[] Tags =
    [
        (Work.Fork, new("work", "fork")),
        (Work.Import, new("work", "import")),
        (Work.Export, new("work", "export")),
        (Work.Erasure, new("work", "erasure")),
        (Work.Search, new("work", "search")),
        (Work.MemorySearch, new("work", "memory_search")),
        (Work.Upload, new("work", "upload")),
        (Work.Download, new("work", "download")),
        (Work.WebhookTest, new("work", "webhook_test")),
    ];

    private readonly long[] _waiting = new long[Tags.Length];
    private readonly long[] _refused = new long[Tags.Length];

    public TurnMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableUpDownCounter(
            "session_service.turns.waiting", () => Read(_waiting), "{request}", "Requests that wait for their turn.");
        meter.CreateObservableCounter(
            "session_service.turns_refused", () => Read(_refused), "{request}", "Requests refused because too many waited.");
    }

    /// <summary>Counts a request that begins to wait, and returns how many now wait for the same work.</summary>
    public long BeginWaiting(Work work) => Interlocked.Increment(ref _waiting[(int)work]);

    public void EndWaiting(Work work) => Interlocked.Decrement(ref _waiting[(int)work]);

    public void CountRefused(Work work) => Interlocked.Increment(ref _refused[(int)work]);

    private static IEnumerable<Measurement<long>> Read(long[] values) =>
        Tags.Select(one => new Measurement<long>(Volatile.Read(ref values[(int)one.Work]), one.Tag));
}
