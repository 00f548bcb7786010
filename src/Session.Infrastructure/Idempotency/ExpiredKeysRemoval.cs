using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>Removes idempotency keys that are older than they are kept, from time to time.</summary>
internal sealed partial class ExpiredKeysRemoval(
    IdempotencyRecords records,
    IOptions<IdempotencyOptions> options,
    WriteMetrics metrics,
    TimeProvider time,
    ILogger<ExpiredKeysRemoval> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.RemoveEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await records.RemoveAsync(time.GetUtcNow() - options.Value.KeepFor, metrics.CountExpired, stoppingToken);
            }
            catch (Exception exception) when (DatabaseFaults.IsPassing(exception))
            {
                LogNotRemoved(exception.GetBaseException().Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Expired idempotency keys could not be removed: {Reason}")]
    private partial void LogNotRemoved(string reason);
}
