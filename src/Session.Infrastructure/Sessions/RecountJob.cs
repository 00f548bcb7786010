using Microsoft.Extensions.Logging;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Jobs;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Sessions;

/// <summary>
/// Corrects <c>dev.session_counts</c>. Instances of an older version do not know the table, and may create and change sessions while a new
/// version replaces them.
/// </summary>
internal sealed partial class RecountJob(DigestDataSource dataSource, TimeProvider time, ILogger<RecountJob> logger)
    : RecurringJob(time, logger)
{
    private readonly ILogger _logger = logger;

    // By hand: a FULL JOIN of two aggregates, added by ON CONFLICT. Both sides are read in one snapshot, so concurrent writes do
    // not change the difference. The difference is added; it does not replace the numbers.
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

    protected override string Name => "recount";

    protected override TimeSpan Interval => TimeSpan.FromHours(1);

    /// <summary>Corrects the numbers.</summary>
    /// <returns>How many numbers were wrong.</returns>
    public Task<int> RecountAsync(CancellationToken cancellationToken) =>
        dataSource.Database.WriteAsync(
            sql => sql.Statement(Add).WithoutTimeout().ExecuteAsync(cancellationToken), cancellationToken);

    protected override async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        if (await RecountAsync(cancellationToken) is var missed and > 0)
        {
            LogMissed(missed);
        }

        return true;
    }

    [LoggerMessage(2, LogLevel.Information, "{Count} numbers of sessions were corrected: an instance of an older version had written.")]
    private partial void LogMissed(int count);
}
