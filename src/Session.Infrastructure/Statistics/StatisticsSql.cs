namespace SessionService.Infrastructure.Statistics;

/// <summary>The part of a writing statement that keeps the service's totals.</summary>
internal static class StatisticsSql
{
    /// <summary>
    /// The row that a connection adds to. The slots outnumber the connections of a pool, and their processes have neighbouring
    /// ids, so writers seldom meet on a row; each statement takes only one, after the session's row, so they cannot deadlock there.
    /// </summary>
    private const string Slot = "(pg_backend_pid() % 64)::smallint";

    /// <summary>Whether a session of this <c>status</c> counts as active.</summary>
    public const string IsActive = "status IN ('active', 'completed')";

    /// <summary>Begins an addition; a query of the five amounts follows, see <see cref="Add"/>.</summary>
    private const string Insert =
        """
        INSERT INTO dev.session_statistics AS totals
            (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost)
        """;

    private const string OnConflict =
        """
        ON CONFLICT (user_id, slot) DO UPDATE SET
            total_sessions = totals.total_sessions + excluded.total_sessions,
            active_sessions = totals.active_sessions + excluded.active_sessions,
            total_messages = totals.total_messages + excluded.total_messages,
            total_tokens = totals.total_tokens + excluded.total_tokens,
            total_cost = totals.total_cost + excluded.total_cost
        """;

    /// <summary>Adds amounts to the totals, once for each row of <paramref name="from"/> (at most one).</summary>
    public static string Add(
        string from,
        string sessions = "0",
        string activeSessions = "0",
        string messages = "0",
        string tokens = "0",
        string cost = "0",
        string owner = "''") =>
        $"""
        {Insert}
        SELECT {owner}, {Slot}, {sessions}, {activeSessions}, {messages}, {tokens}, {cost}
        FROM {from}
        {OnConflict}
        """;

    /// <summary>A statement that adds amounts to the totals of an owner, see <see cref="TotalsOwner"/>.</summary>
    public static string AddOf(
        string owner, string sessions = "0", string activeSessions = "0", string messages = "0", string tokens = "0", string cost = "0") =>
        $"""
        {Insert}
        VALUES ({owner}, {Slot}, {sessions}, {activeSessions}, {messages}, {tokens}, {cost})
        {OnConflict}
        """;
}
