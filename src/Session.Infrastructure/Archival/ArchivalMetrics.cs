using System.Diagnostics.Metrics;
using SessionService.Application.Archival;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Archival;

/// <summary>What this instance has done about sessions that nobody uses.</summary>
internal sealed class ArchivalMetrics
{
    private readonly long[] _sessions = new long[Enum.GetValues<ArchivalStep>().Length];
    private long _failures;

    public ArchivalMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        meter.CreateObservableCounter("session_service.expired_sessions", () => Of(ArchivalStep.Expire), "{session}", "Sessions that expired for want of use.");
        meter.CreateObservableCounter("session_service.archived_sessions", () => Of(ArchivalStep.Archive), "{session}", "Sessions that were put away for want of use.");
        meter.CreateObservableCounter("session_service.deleted_sessions", () => Of(ArchivalStep.Delete), "{session}", "Sessions that were deleted as their time was up.");
        meter.CreateObservableCounter("session_service.archival_failures", () => Volatile.Read(ref _failures), "{failure}", "Rounds that failed and are tried again.");
    }

    public void Count(ArchivalStep step, long sessions) => Interlocked.Add(ref _sessions[(int)step], sessions);

    public void CountFailure() => Interlocked.Increment(ref _failures);

    private long Of(ArchivalStep step) => Volatile.Read(ref _sessions[(int)step]);
}
