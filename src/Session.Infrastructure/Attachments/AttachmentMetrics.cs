using System.Diagnostics.Metrics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Attachments;

/// <summary>The metrics of attachments: what the last run of the job found, and what it removed.</summary>
internal sealed class AttachmentMetrics
{
    private long _kept;
    private long _bytes;
    private long _orphans;
    private long _removed;
    private long _removedObjects;
    private long _failures;

    public AttachmentMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        Show("attachments", () => Volatile.Read(ref _kept), "{attachment}", "Attachments of all users.");
        Show("attachment.bytes", () => Volatile.Read(ref _bytes), null, "The bytes of all attachments.");
        Show("attachment.orphans", () => Volatile.Read(ref _orphans), "{object}", "Objects to remove, and uploads that have begun.");
        Count("attachments_removed", () => Volatile.Read(ref _removed), "{attachment}", "Attachments that no message referred to.");
        Count(
            "attachment_objects_removed",
            () => Volatile.Read(ref _removedObjects),
            "{object}",
            "Objects removed from the bucket or directory.");
        Count("attachment_job_failures", () => Volatile.Read(ref _failures), "{failure}", "Runs that failed and are repeated.");

        void Show(string name, Func<long> value, string? unit, string description) =>
            meter.CreateObservableGauge($"session_service.{name}", value, unit, description);

        void Count(string name, Func<long> value, string unit, string description) =>
            meter.CreateObservableCounter($"session_service.{name}", value, unit, description);
    }

    public void SetKept(long attachments, long bytes)
    {
        Volatile.Write(ref _kept, attachments);
        Volatile.Write(ref _bytes, bytes);
    }

    public void SetOrphans(long objects) => Volatile.Write(ref _orphans, objects);

    public void CountRemoved(long attachments) => Interlocked.Add(ref _removed, attachments);

    public void CountRemovedObject() => Interlocked.Increment(ref _removedObjects);

    public void CountFailure() => Interlocked.Increment(ref _failures);
}
