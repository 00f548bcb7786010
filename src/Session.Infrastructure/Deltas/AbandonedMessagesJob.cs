using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Deltas;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Deltas;

/// <summary>Completes messages whose writers have gone, so that lists, search and packing go on.</summary>
internal sealed class AbandonedMessagesJob(
    AbandonedMessages messages,
    DeltaMetrics metrics,
    IOptions<DeltaOptions> options,
    TimeProvider time,
    ILogger<AbandonedMessagesJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "abandoned messages";

    protected override TimeSpan Interval => options.Value.LookEvery;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        metrics.CountAbandoned(await messages.CloseAsync(options.Value.AbandonedAfter, cancellationToken));
        return true;
    }
}
