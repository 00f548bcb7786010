using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Application.Archival;

namespace SessionService.Infrastructure.Archival;

/// <summary>Lets unused sessions expire, puts them away and deletes them in the background, where a setting says after how long.</summary>
internal sealed partial class SessionArchiver(
    ISessionArchive archive, IOptions<ArchivalOptions> options, ArchivalMetrics metrics, TimeProvider time, ILogger<SessionArchiver> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.IsOn)
        {
            return;
        }

        using var timer = new PeriodicTimer(options.Value.Every, time);
        do
        {
            try
            {
                await archive.RunAsync(stoppingToken);
            }
            catch (NpgsqlException exception)
            {
                // The database is away or busy; the next time will do.
                metrics.CountFailure();
                LogPostponed(exception.GetBaseException().GetType().Name, exception.SqlState);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Warning, "The archiving of sessions is postponed: {Exception} {SqlState}")]
    private partial void LogPostponed(string exception, string? sqlState);
}
