using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Archival;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Archival;

/// <summary>Expires, archives and deletes unused sessions, where a setting says after which time.</summary>
internal sealed class ArchivalJob(
    ISessionRetention retention, IOptions<ArchivalOptions> options, ArchivalMetrics metrics, TimeProvider time, ILogger<ArchivalJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "archival";

    protected override TimeSpan Interval => options.Value.Every;

    protected override bool IsEnabled => options.Value.IsOn;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await retention.RunAsync(cancellationToken);
        return true;
    }

    protected override void CountFailure() => metrics.CountFailure();
}
