namespace SessionService.Infrastructure.Statistics;

/// <summary>The totals of a database that is about to be sharded.</summary>
internal static class StatisticsOfUsers
{
    public const string Table = "session_statistics";

    public const string AreDivided = "SELECT EXISTS (SELECT 1 FROM dev.session_statistics WHERE user_id <> '')";

    /// <summary>
    /// Divides the totals of everybody among the users, so that a write adds to a row beside its session. What is left over, as where the
    /// totals were wrong, stays with everybody: the sum does not change.
    /// </summary>
    public const string Divide =
        """
        LOCK TABLE dev.session_statistics IN SHARE ROW EXCLUSIVE MODE;
        INSERT INTO dev.session_statistics AS totals
            (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost)
        SELECT user_id, 0, count(*), count(*) FILTER (WHERE is_active), sum(message_count - copied_messages),
               sum(total_tokens - copied_tokens), sum(total_cost - copied_cost)
        FROM dev.sessions
        GROUP BY user_id;
        WITH everybody AS (
            DELETE FROM dev.session_statistics WHERE user_id = '' RETURNING *),
        kept AS (
            SELECT sum(total_sessions) AS sessions, sum(active_sessions) AS active, sum(total_messages) AS messages,
                   sum(total_tokens) AS tokens, sum(total_cost) AS cost
            FROM everybody),
        divided AS (
            SELECT coalesce(sum(total_sessions), 0) AS sessions, coalesce(sum(active_sessions), 0) AS active,
                   coalesce(sum(total_messages), 0) AS messages, coalesce(sum(total_tokens), 0) AS tokens,
                   coalesce(sum(total_cost), 0) AS cost
            FROM dev.session_statistics
            WHERE user_id <> '')
        INSERT INTO dev.session_statistics AS totals
            (user_id, slot, total_sessions, active_sessions, total_messages, total_tokens, total_cost)
        SELECT '', 0, k.sessions - d.sessions, k.active - d.active, k.messages - d.messages, k.tokens - d.tokens, k.cost - d.cost
        FROM kept AS k
        CROSS JOIN divided AS d
        WHERE (k.sessions, k.active, k.messages, k.tokens, k.cost) IS DISTINCT FROM (d.sessions, d.active, d.messages, d.tokens, d.cost)
          AND k.sessions IS NOT NULL
        """;
}
