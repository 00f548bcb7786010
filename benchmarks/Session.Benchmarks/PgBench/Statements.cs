using SessionService.Benchmarks.Data;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Benchmarks.PgBench;

/// <summary>The statements for pgbench: what a service would send for each request alone, in one round trip and with all that the tables ask for.</summary>
internal static class Statements
{
    // Each client counts its transactions; with its number last, ids come in about the order of time, as version 7 UUIDs do.
    private const string CountTransactions = "n :n + 1";
    private static readonly string SetNewId = $"new_id {Keys.NumberExpression(":run", "(:n * 1000 + :client_id)")}";

    private static readonly string SessionId = Keys.UuidSql(":session_id");
    private static readonly string NewId = Keys.UuidSql(":new_id");

    private static readonly string OneAppend =
        $"""
        WITH session AS (
            UPDATE dev.sessions
            SET message_count = message_count + 1,
                total_tokens = total_tokens + $8,
                total_cost = total_cost + $9,
                last_activity = $11,
                updated_at = greatest(updated_at, $11),
                revision = revision + 1,
                is_digested = false
            WHERE user_id = $1 AND session_id = $2 AND status <> 'ended'
            RETURNING message_count),
        message AS (
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT $1, $2, session.message_count, $3, $4, $5, $6, $7, $8, $9, $10
            FROM session
            RETURNING sequence),
        counted AS (
            {StatisticsSql.Add("message", messages: "1", tokens: "$8", cost: "$9")})
        SELECT (SELECT sequence FROM message),
               EXISTS (SELECT FROM dev.sessions WHERE user_id = $1 AND session_id = $2)
        """;

    private static readonly string OneCreation =
        $"""
        WITH added AS (
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
                 is_digested, digested_messages, digested_cost, digested_activity)
            VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $7, $7, true, 0, 0, $7)
            ON CONFLICT DO NOTHING
            RETURNING session_id),
        counted_user AS (
            {SessionCountsSql.Add("SELECT $1 AS user_id, $3 AS status, false AS is_starred, 1 AS sessions FROM added")}),
        counted AS (
            {StatisticsSql.Add("added", sessions: "1", activeSessions: "1")})
        SELECT EXISTS (SELECT FROM added)
        """;

    public static PgBenchScript Append(SessionKind kind, int sessions) => PgBenchScript.Of(
        OneAppend,
        [
            ":user_id::text", SessionId, NewId, ":role::text", ":content::text", ":type::text", ":metadata::jsonb", ":tokens::int",
            ":cost::numeric", "now()", "now()",
        ],
        [.. PickSession(kind, sessions), CountTransactions, SetNewId],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["role"] = SampleMessage.Role,
            ["content"] = SampleMessage.Content,
            ["type"] = SampleMessage.Type,
            ["metadata"] = SampleMessage.Metadata,
            ["tokens"] = SampleMessage.Tokens,
            ["cost"] = SampleMessage.Cost,
        });

    public static PgBenchScript CreateSession() => PgBenchScript.Of(
        OneCreation,
        [":user_id::text", NewId, ":status::text", ":conversation_data::jsonb", ":metadata::jsonb", "''", "now()"],
        [.. PickSession(SessionKind.Plain, Keys.Users), CountTransactions, SetNewId],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["status"] = "active",
            ["conversation_data"] = "{}",
            ["metadata"] = SampleMessage.Metadata,
        });

    public static PgBenchScript GetSession(int sessions) => PgBenchScript.Of(
        """
        SELECT user_id, session_id, status, is_active, conversation_data, metadata, session_summary,
               message_count, total_tokens, total_cost, created_at, updated_at, last_activity
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = $2
        """,
        [":user_id::text", SessionId],
        PickSession(SessionKind.Plain, sessions),
        new Dictionary<string, string>(StringComparer.Ordinal));

    public static PgBenchScript ReadPage(int sessions, int pages, int pageSize) => PgBenchScript.Of(
        """
        SELECT user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at
        FROM dev.session_messages
        WHERE user_id = $1 AND session_id = $2 AND sequence > $3
        ORDER BY sequence
        LIMIT $4
        """,
        [":user_id::text", SessionId, ":after::bigint", ":page_size::bigint"],
        [.. PickSession(SessionKind.Paged, sessions), $"after {pageSize} * random(0, {pages} - 1)"],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["page_size"] = $"{pageSize}" });

    private static IEnumerable<string> PickSession(SessionKind kind, int sessions) =>
    [
        $"session random(0, {sessions} - 1)",
        $"user_id {Keys.UserExpression(":session")}",
        $"session_id {Keys.NumberExpression($"{(int)kind}", ":session")}",
    ];
}
