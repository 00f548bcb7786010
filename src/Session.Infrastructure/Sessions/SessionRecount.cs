using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Sessions;

/// <summary>
/// Corrects <c>dev.session_counts</c> when the service starts and every hour: instances of an older version know nothing of the counts, and
/// may create and change sessions while they are being replaced.
/// </summary>
internal sealed partial class SessionRecount(DigestDataSource dataSource, TimeProvider time, ILogger<SessionRecount> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    // By hand for the full join of two groupings. One statement sees sessions and counts of one moment, so their difference was missed,
    // whoever writes meanwhile. The difference is added; to set the counts would lose what is written meanwhile.
    private static readonly string Add = SessionCountsSql.Add(
        """
        SELECT user_id, status, is_starred, coalesce(stored.sessions, 0) - coalesce(kept.sessions, 0) AS sessions
        FROM (
            SELECT user_id, status, starred_at IS NOT NULL AS is_starred, count(*) AS sessions FROM dev.sessions GROUP BY 1, 2, 3) AS stored
        FULL JOIN (
            SELECT user_id, status, is_starred, sum(sessions) AS sessions FROM dev.session_counts GROUP BY 1, 2, 3) AS kept
            USING (user_id, status, is_starred)
        WHERE coalesce(stored.sessions, 0) <> coalesce(kept.sessions, 0)
        """);

    /// <summary>Corrects the counts, and tells how many there were to correct.</summary>
    public Task<int> RunAsync(CancellationToken cancellationToken) =>
        dataSource.Database.WriteAsync(sql => sql.Statement(Add).WithoutTimeout().ExecuteAsync(cancellationToken), cancellationToken);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            try
            {
                if (await RunAsync(stoppingToken) is var missed and > 0)
                {
                    LogMissed(missed);
                }
            }
            catch (Exception exception) when (DatabaseFaults.IsPassing(exception))
            {
                LogPostponed(exception.GetBaseException().Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(1, LogLevel.Information, "{Count} counts of sessions were corrected: an older version had written meanwhile.")]
    private partial void LogMissed(int count);

    [LoggerMessage(2, LogLevel.Warning, "The sessions could not be counted: {Reason}")]
    private partial void LogPostponed(string reason);
}
