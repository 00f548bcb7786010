using System.Diagnostics.Metrics;
using SessionService.Application.Archival;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Archival;

internal sealed class ArchivalMetrics
{
    private readonly long[] _sessions = new long[Enum.GetValues<ArchivalStep>().Length];
    private long _failures;

    public ArchivalMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(WriteMetrics.MeterName);
        Count("expired_sessions", ArchivalStep.Expire, "Sessions that expired for want of use.");
        Count("archived_sessions", ArchivalStep.Archive, "Sessions that were put away for want of use.");
        Count("deleted_sessions", ArchivalStep.Delete, "Sessions that were deleted as their time was up.");
        meter.CreateObservableCounter(
            "session_service.archival_failures",
            () => Volatile.Read(ref _failures),
            "{failure}",
            "Rounds that failed and are tried again.");

        void Count(string name, ArchivalStep step, string description) =>
            meter.CreateObservableCounter(
                $"session_service.{name}", () => Volatile.Read(ref _sessions[(int)step]), "{session}", description);
    }

    public void Count(ArchivalStep step, long sessions) => Interlocked.Add(ref _sessions[(int)step], sessions);

    public void CountFailure() => Interlocked.Increment(ref _failures);
}
