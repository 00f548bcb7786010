using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace SessionService.Infrastructure.Digests;

/// <summary>Digests in the background, for as long as the service runs.</summary>
internal sealed partial class SessionDigester(
    SessionDigest digest, IOptions<DigestOptions> options, TimeProvider time, ILogger<SessionDigester> logger) : BackgroundService
{
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MeasureEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MarkMissedEvery = TimeSpan.FromHours(1);

    private DateTimeOffset _nextMeasurement;
    private DateTimeOffset _nextMarking;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            var isWell = await TryRunAsync(stoppingToken);
            await Task.Delay(isWell || options.Value.Every > AfterTrouble ? options.Value.Every : AfterTrouble, time, stoppingToken);
        }
    }

    private async Task<bool> TryRunAsync(CancellationToken stoppingToken)
    {
        try
        {
            if (IsTime(ref _nextMarking, MarkMissedEvery))
            {
                await digest.MarkMissedAsync(stoppingToken);
            }

            var isWell = await digest.RunAsync(stoppingToken);
            if (IsTime(ref _nextMeasurement, MeasureEvery))
            {
                await digest.MeasureAsync(stoppingToken);
            }

            return isWell;
        }
        catch (NpgsqlException exception)
        {
            // The database is away or busy; the next time will do.
            LogPostponed(exception.GetBaseException().GetType().Name, exception.SqlState);
            return false;
        }
    }

    private bool IsTime(ref DateTimeOffset next, TimeSpan interval)
    {
        var now = time.GetUtcNow();
        if (now < next)
        {
            return false;
        }

        next = now + interval;
        return true;
    }

    [LoggerMessage(1, LogLevel.Warning, "The digest of messages is postponed: {Exception} {SqlState}")]
    private partial void LogPostponed(string exception, string? sqlState);
}
