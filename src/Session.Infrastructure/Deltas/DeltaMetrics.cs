using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Deltas;

/// <summary>The metrics of messages in progress.</summary>
internal sealed class DeltaMetrics
{
    private long _abandoned;

    public DeltaMetrics(IMeterFactory meters) => meters.Create(WriteMetrics.MeterName).CreateObservableCounter(
        "session_service.messages_abandoned",
        () => Volatile.Read(ref _abandoned),
        "{message}",
        "Messages in progress that got no delta for long, and were completed as incomplete.");

    public void CountAbandoned(int messages) => Interlocked.Add(ref _abandoned, messages);
}
