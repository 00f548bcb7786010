using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Digests;

internal sealed class DigestMetrics
{
    private long _messages;
    private long _failures;
    private long _waitingMessages;
    private long _waitingSessions;

    public DigestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableCounter(
            "session_service.digested_messages",
            () => Volatile.Read(ref _messages),
            "{message}",
            "Messages that this instance has digested.");
        meter.CreateObservableCounter(
            "session_service.digest_failures", () => Volatile.Read(ref _failures), "{failure}", "Digests that failed and are tried again.");
        meter.CreateObservableGauge(
            "session_service.digest.waiting_messages",
            () => Volatile.Read(ref _waitingMessages),
            "{message}",
            "Messages of all instances that were not digested when last looked.");
        meter.CreateObservableGauge(
            "session_service.digest.waiting_sessions",
            () => Volatile.Read(ref _waitingSessions),
            "{session}",
            "Sessions with such messages, or changed otherwise.");
    }

    public void CountMessages(int messages) => Interlocked.Add(ref _messages, messages);

    public void CountFailure() => Interlocked.Increment(ref _failures);

    public void SetWaiting(long messages, long sessions)
    {
        Volatile.Write(ref _waitingMessages, messages);
        Volatile.Write(ref _waitingSessions, sessions);
    }
}
