using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Attachments;

/// <summary>The metrics of attachments. What is there is what all instances added less what they removed.</summary>
internal sealed class AttachmentMetrics
{
    private long _added;
    private long _addedBytes;
    private long _removed;
    private long _removedBytes;
    private long _removedObjects;
    private long _failures;

    public AttachmentMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        Count("attachments_added", () => Volatile.Read(ref _added), "{attachment}", "Attachments whose bytes were new.");
        Count("attachment_bytes_added", () => Volatile.Read(ref _addedBytes), "By", "The bytes of these.");
        Count("attachments_removed", () => Volatile.Read(ref _removed), "{attachment}", "Attachments that no message referred to.");
        Count("attachment_bytes_removed", () => Volatile.Read(ref _removedBytes), "By", "The bytes of these.");
        Count(
            "attachment_objects_removed",
            () => Volatile.Read(ref _removedObjects),
            "{object}",
            "Objects removed from the bucket or directory.");
        Count("attachment_job_failures", () => Volatile.Read(ref _failures), "{failure}", "Rounds that failed and are tried again.");

        void Count(string name, Func<long> value, string unit, string description) =>
            meter.CreateObservableCounter($"session_service.{name}", value, unit, description);
    }

    public void CountAdded(long bytes)
    {
        Interlocked.Increment(ref _added);
        Interlocked.Add(ref _addedBytes, bytes);
    }

    public void CountRemoved(long attachments, long bytes)
    {
        Interlocked.Add(ref _removed, attachments);
        Interlocked.Add(ref _removedBytes, bytes);
    }

    public void CountRemovedObject() => Interlocked.Increment(ref _removedObjects);

    public void CountFailure() => Interlocked.Increment(ref _failures);
}
