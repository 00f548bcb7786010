using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Application.Time;
using SessionService.Application.Webhooks;
using SessionService.Infrastructure.Jobs;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>Keeps the log of the webhooks within its time, and counts what is pending.</summary>
internal sealed class DeliveryLogJob(
    DeliveryLog log, WebhookMetrics metrics, IOptions<WebhookOptions> options, TimeProvider time, ILogger<DeliveryLogJob> logger)
    : RecurringJob(time, logger)
{
    // Longer than a write takes.
    private static readonly TimeSpan StrayAfter = TimeSpan.FromMinutes(2);

    protected override string Name => "webhook log";

    protected override TimeSpan Interval => TimeSpan.FromMinutes(1);

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        var now = Time.GetDatabaseNow();
        await log.SweepAsync(now - StrayAfter, cancellationToken);
        await log.RemoveAsync(now - options.Value.KeepLogFor, cancellationToken);
        var (pending, oldest) = await log.CountAsync(cancellationToken);
        metrics.SetPending(pending, oldest is { } since && since < now ? now - since : TimeSpan.Zero);
        return true;
    }
}
