using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>Removes idempotency keys that are older than the settings keep them.</summary>
internal sealed class ExpiredKeysJob(
    IOldKeys keys,
    IOptions<IdempotencyOptions> options,
    WriteMetrics metrics,
    TimeProvider time,
    ILogger<ExpiredKeysJob> logger)
    : RecurringJob(time, logger)
{
    protected override string Name => "expired keys";

    protected override TimeSpan Interval => options.Value.RemoveEvery;

    protected override bool RunsAtStart => false;

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await keys.RemoveAsync(Time.GetUtcNow() - options.Value.KeepFor, metrics.CountExpired, cancellationToken);
        return true;
    }
}
