using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Api.Live;

/// <summary>The metrics of streams, never by user or session.</summary>
internal sealed class LiveMetrics
{
    private readonly Counter<long> _events;
    private readonly Histogram<double> _lag;
    private long _followers;
    private long _refused;

    public LiveMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableUpDownCounter(
            "session_service.live.followers", () => Volatile.Read(ref _followers), "{follower}", "Streams that are open.");
        meter.CreateObservableCounter(
            "session_service.live.followers_refused", () => Volatile.Read(ref _refused), "{follower}", "Streams refused as too many.");
        _events = meter.CreateCounter<long>("session_service.live.events", "{event}", "Events that were sent.");
        _lag = meter.CreateHistogram(
            "session_service.live.lag", "s", "From the writing of a message until a stream has sent it, without what is read later.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
            });
        _events.Add(0);
    }

    public void CountFollowers(int change) => Interlocked.Add(ref _followers, change);

    public void CountRefused() => Interlocked.Increment(ref _refused);

    public void CountSent(int events, TimeSpan? lag)
    {
        _events.Add(events);
        if (lag is { } late)
        {
            _lag.Record(late.TotalSeconds);
        }
    }
}
