using System.Diagnostics.Metrics;

namespace SessionService.Infrastructure.Writes;

/// <summary>
/// The metrics of writes. Counters are kept here and read when somebody asks: counting costs an addition, and every counter is there, at
/// zero, before anything happens.
/// </summary>
public sealed class WriteMetrics
{
    public const string MeterName = "session_service";

    private readonly WriteSeries[] _kinds;
    private long _outcomesUnknown;
    private long _replayed;
    private long _expired;

    public WriteMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        var groupSizes = meter.CreateHistogram(
            "session_service.write.group_size", "{write}", "Writes that shared a statement.",
            advice: new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512] });
        var waits = meter.CreateHistogram(
            "session_service.write.wait", "s", "How long a write waited for its group to be sent.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
            });
        _kinds = [.. Enum.GetValues<WriteKind>().Select(kind => new WriteSeries(kind, groupSizes, waits))];

        meter.CreateObservableCounter("session_service.writes", () => Read(series => series.Written), "{write}", "Writes that were made.");
        meter.CreateObservableCounter(
            "session_service.writes_refused", () => Read(series => series.Refused), "{write}", "Writes refused because too many waited.");
        meter.CreateObservableUpDownCounter(
            "session_service.write.queue_depth", () => Read(series => series.Waiting), "{write}", "Writes that wait.");
        meter.CreateObservableCounter(
            "session_service.outcomes_unknown", () => Volatile.Read(ref _outcomesUnknown), "{write}",
            "Writes during which the database was lost: made or not.");
        meter.CreateObservableCounter(
            "session_service.writes_replayed", () => Volatile.Read(ref _replayed), "{write}",
            "Writes that had been made before, by their key or their own id.");
        meter.CreateObservableCounter(
            "session_service.idempotency_keys_expired", () => Volatile.Read(ref _expired), "{key}", "Idempotency keys removed as expired.");
    }

    /// <summary>Counts a write of which it is not known whether it was made.</summary>
    public void CountOutcomeUnknown() => Interlocked.Increment(ref _outcomesUnknown);

    /// <summary>Counts a write that was answered with what an earlier one had made.</summary>
    public void CountReplayed() => Interlocked.Increment(ref _replayed);

    internal void CountExpired(int keys) => Interlocked.Add(ref _expired, keys);

    /// <summary>How many writes were made.</summary>
    internal long Written => _kinds.Sum(series => series.Written);

    internal WriteSeries Of(WriteKind kind) => _kinds[(int)kind];

    private IEnumerable<Measurement<long>> Read(Func<WriteSeries, long> value) =>
        _kinds.Select(series => new Measurement<long>(value(series), series.Kind));
}
