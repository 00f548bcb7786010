using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>The metrics of webhooks. None names a user or a webhook.</summary>
internal sealed class WebhookMetrics
{
    private readonly Counter<long> _deliveries;
    private readonly Histogram<double> _lag;
    private long _pending;
    private double _oldest;

    public WebhookMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        _deliveries = meter.CreateCounter<long>("session_service.webhook.attempts", "{attempt}", "Attempts to deliver, by their outcome.");
        _lag = meter.CreateHistogram<double>("session_service.webhook.lag", "s", "From the write to the delivery.");
        meter.CreateObservableGauge(
            "session_service.webhook.pending", () => Volatile.Read(ref _pending), "{delivery}",
            "Deliveries that are pending, as of the last minute.");
        meter.CreateObservableGauge(
            "session_service.webhook.oldest", () => Volatile.Read(ref _oldest), "s", "The age of the oldest that is pending.");
    }

    public void CountDelivered(TimeSpan lag)
    {
        Count("delivered");
        _lag.Record(lag.TotalSeconds);
    }

    public void CountFailed() => Count("failed");

    public void CountDead() => Count("dead");

    public void SetPending(long pending, TimeSpan oldest)
    {
        Volatile.Write(ref _pending, pending);
        Volatile.Write(ref _oldest, oldest.TotalSeconds);
    }

    private void Count(string outcome) => _deliveries.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
}
