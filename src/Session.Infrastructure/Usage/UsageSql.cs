using SessionService.Application.Usage;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Usage;

/// <summary>The parts that statements on usage share.</summary>
internal static class UsageSql
{
    /// <summary>
    /// In place of the session in the rows that sum up the usage of all users. Every instance writes to the rows of the same quarter of an
    /// hour: each connection has one of sixteen.
    /// </summary>
    public const string Slot = "lpad(to_hex(pg_backend_pid() % 16), 32, '0')::uuid";

    /// <summary>
    /// Removes the usage of a user ($1) in some sessions ($2), also from the sums of all users, and answers with the number of the user's
    /// rows.
    /// </summary>
    public const string Erase =
        $"""
        WITH gone AS (
            DELETE FROM dev.usage
            WHERE user_id = $1 AND session_id = ANY ($2)
            RETURNING quarter_hour, message_type, model, messages, tokens, cost),
        subtracted AS (
            INSERT INTO dev.usage AS usage (user_id, quarter_hour, session_id, message_type, model, messages, tokens, cost)
            SELECT '', quarter_hour, {Slot}, message_type, model,
                   -sum(messages)::bigint, -sum(tokens)::bigint, -sum(cost)
            FROM gone
            GROUP BY quarter_hour, message_type, model
            ORDER BY quarter_hour, message_type, model
            ON CONFLICT (user_id, quarter_hour, session_id, message_type, model) DO UPDATE SET
                messages = usage.messages + excluded.messages,
                tokens = usage.tokens + excluded.tokens,
                cost = usage.cost + excluded.cost)
        SELECT count(*) FROM gone
        """;

    public static readonly TimeSpan Grain = TimeSpan.FromMinutes(15);

    /// <summary>The model of a message of the table that goes by this name, as <see cref="ModelName.Of"/> reads it.</summary>
    public static string ModelOf(string message) =>
        $"""
        CASE jsonb_typeof({message}.message_metadata -> 'model')
            WHEN 'string' THEN left({message}.message_metadata ->> 'model', {UsageRecord.MaxModelLength}) ELSE '' END
        """;
}
