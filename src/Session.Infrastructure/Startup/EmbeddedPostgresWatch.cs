using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Startup;

/// <summary>Brings the embedded server back when it dies under the running service: nobody else would.</summary>
internal sealed partial class EmbeddedPostgresWatch(DatabaseServer server, TimeProvider time, ILogger<EmbeddedPostgresWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!server.IsEmbedded)
        {
            return;
        }

        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await server.RestartIfDeadAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is EmbeddedPostgresException or IOException)
            {
                LogRestartFailed(exception.Message);
            }
        }
    }

    [LoggerMessage(1, LogLevel.Error, "The embedded PostgreSQL could not be started again: {Reason}")]
    private partial void LogRestartFailed(string reason);
}
