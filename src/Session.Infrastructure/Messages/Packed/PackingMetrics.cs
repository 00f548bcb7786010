using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Messages.Packed;

/// <summary>The metrics of packing.</summary>
internal sealed class PackingMetrics
{
    private long _segments;
    private long _messages;
    private long _textBytes;
    private long _packedBytes;
    private long _failures;
    private long _waiting;

    public PackingMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableCounter(
            "session_service.packing.segments", () => Volatile.Read(ref _segments), "{segment}", "Segments that were made.");
        meter.CreateObservableCounter(
            "session_service.packing.messages", () => Volatile.Read(ref _messages), "{message}", "Messages that were packed.");
        meter.CreateObservableCounter(
            "session_service.packing.text", () => Volatile.Read(ref _textBytes), "By", "Texts and metadata of these messages.");
        meter.CreateObservableCounter(
            "session_service.packing.packed", () => Volatile.Read(ref _packedBytes), "By", "What their segments take, ids included.");
        meter.CreateObservableCounter(
            "session_service.packing.failures", () => Volatile.Read(ref _failures), "{failure}",
            "Segments that were not as their messages, and were given up.");
        meter.CreateObservableUpDownCounter(
            "session_service.packing.waiting", () => Volatile.Read(ref _waiting), "{session}",
            "Sessions that the last look found to be packed.");
    }

    public void CountSegment(int messages, long textBytes, long packedBytes)
    {
        Interlocked.Increment(ref _segments);
        Interlocked.Add(ref _messages, messages);
        Interlocked.Add(ref _textBytes, textBytes);
        Interlocked.Add(ref _packedBytes, packedBytes);
    }

    public void CountFailure() => Interlocked.Increment(ref _failures);

    public void SetWaiting(int sessions) => Volatile.Write(ref _waiting, sessions);
}
