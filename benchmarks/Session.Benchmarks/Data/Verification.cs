using Npgsql;

namespace SessionService.Benchmarks.Data;

/// <summary>Compares what is stored with itself and with what was acknowledged.</summary>
internal static class Verification
{
    private static readonly (string Finding, string Query)[] Checks =
    [
        ("sessions whose counters are not those of their messages, or whose messages are not numbered 1, 2, 3 …",
            """
            SELECT count(*)
            FROM dev.sessions AS session
            LEFT JOIN (
                SELECT user_id, session_id, count(*) AS messages, min(sequence) AS first, max(sequence) AS last,
                       sum(tokens_used) AS tokens, sum(cost_usd) AS cost
                FROM dev.session_messages
                GROUP BY user_id, session_id) AS stored USING (user_id, session_id)
            WHERE session.message_count <> coalesce(messages, 0)
               OR session.total_tokens <> coalesce(tokens, 0)
               OR session.total_cost <> coalesce(cost, 0)
               OR coalesce(first, 1) <> 1
               OR coalesce(last, 0) <> coalesce(messages, 0)
            """),
        ("messages stored twice", "SELECT count(*) - count(DISTINCT id) FROM dev.session_messages"),
        ("users whose sessions are not as many as are counted",
            """
            SELECT count(*)
            FROM (SELECT user_id, status, count(*) AS sessions FROM dev.sessions GROUP BY user_id, status) AS stored
            FULL JOIN (SELECT user_id, status, sum(sessions) AS sessions FROM dev.session_counts GROUP BY user_id, status) AS kept USING (user_id, status)
            WHERE coalesce(stored.sessions, 0) <> coalesce(kept.sessions, 0)
            """),
        ("sessions whose usage is not that of their digested messages",
            """
            SELECT count(*)
            FROM dev.sessions AS session
            LEFT JOIN (
                SELECT user_id, session_id, sum(messages) AS messages
                FROM dev.usage
                WHERE user_id <> ''
                GROUP BY user_id, session_id) AS used USING (user_id, session_id)
            WHERE session.digested_messages <> coalesce(used.messages, 0)
            """),
        ("totals in the statistics that are not the sums over sessions and messages",
            """
            SELECT count(*)
            FROM (SELECT sum(total_sessions) AS sessions, sum(active_sessions) AS active, sum(total_messages) AS messages,
                         sum(total_tokens) AS tokens, sum(total_cost) AS cost
                  FROM dev.session_statistics) AS counted,
                 (SELECT count(*) AS sessions, count(*) FILTER (WHERE is_active) AS active FROM dev.sessions) AS session,
                 (SELECT count(*) AS messages, coalesce(sum(tokens_used), 0) AS tokens, coalesce(sum(cost_usd), 0) AS cost
                  FROM dev.session_messages) AS message
            WHERE (counted.sessions, counted.active, counted.messages, counted.tokens, counted.cost)
               IS DISTINCT FROM (session.sessions, session.active, message.messages, message.tokens, message.cost)
            """),
    ];

    /// <exception cref="BenchmarkException">Something is off.</exception>
    public static async Task RunAsync(NpgsqlDataSource database, Tally tally, CancellationToken cancellationToken)
    {
        var findings = new List<string>();
        foreach (var (finding, query) in Checks)
        {
            var count = await CountAsync(database, query, cancellationToken);
            if (count != 0)
            {
                findings.Add($"{count} {finding}");
            }
        }

        await CompareAsync("dev.sessions", tally.Sessions);
        await CompareAsync("dev.session_messages", tally.Messages);
        if (findings.Count > 0)
        {
            throw new BenchmarkException($"What was written is not right: {string.Join("; ", findings)}.");
        }

        async Task CompareAsync(string table, long acknowledged)
        {
            var stored = await CountAsync(database, $"SELECT count(*) FROM {table}", cancellationToken);
            if (stored != acknowledged)
            {
                findings.Add($"{table} has {stored} rows, {acknowledged} were loaded or acknowledged");
            }
        }
    }

    private static async Task<long> CountAsync(NpgsqlDataSource database, string query, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(query);
        command.CommandTimeout = 0;
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
