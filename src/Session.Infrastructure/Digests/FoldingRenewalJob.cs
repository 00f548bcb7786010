using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.Folding;

namespace SessionService.Infrastructure.Digests;

/// <summary>
/// Makes what an older folding of letters has left anew, in the background. Looks again every day: instances of an older version may
/// still be running, and write as they do.
/// </summary>
internal sealed partial class FoldingRenewalJob(
    IEnumerable<IFoldedData> stored, IOptions<DigestOptions> options, TimeProvider time, ILogger<FoldingRenewalJob> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromDays(1);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (options.Value.Enabled && !stoppingToken.IsCancellationRequested)
        {
            var pause = Every;
            try
            {
                await RunAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                // The database is away or busy; the next time will do.
                LogPostponed(exception.GetBaseException().GetType().Name, exception.SqlState);
                pause = AfterTrouble;
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var data in stored)
        {
            var start = Stopwatch.GetTimestamp();
            await foreach (var _ in data.RenewAsync(cancellationToken))
            {
                var work = options.Value.WorkPercent;
                await Task.Delay(Stopwatch.GetElapsedTime(start) * (100 - work) / work, time, cancellationToken);
                start = Stopwatch.GetTimestamp();
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Words of an older folding could not be made anew and are tried again: {Exception} {SqlState}")]
    private partial void LogPostponed(string exception, string? sqlState);
}
