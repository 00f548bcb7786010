using NpgsqlTypes;
using SessionService.Application.Usage;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>
/// Sums up <c>dev.usage</c> and adds the messages that are not digested yet, both of one moment. The database makes the buckets: it has the
/// history of the time zones, wherever the service runs.
/// </summary>
/// <remarks>By hand: buckets by <c>date_trunc</c> with a zone, and a lateral choice of what to group by.</remarks>
internal sealed class UsageStore(ReadConnections connections, TimeZoneNames zones) : IUsageStore
{
    internal static readonly string OfUser = Statement("u.user_id = $1", "s.user_id = $1");
    internal static readonly string OfEverybody = Statement("u.user_id = ''", "$1 = ''");

    public ValueTask<bool> KnowsZoneAsync(string name, CancellationToken cancellationToken) =>
        zones.ContainsAsync(name, connections, cancellationToken);

    public async Task<UsageReport> ReadAsync(string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken)
    {
        var rows = await connections.Database.ReadAsync(
            sql => sql
                .Statement(
                    userId is null ? OfEverybody : OfUser,
                    userId ?? "",
                    selection.Bucket,
                    selection.Zone,
                    Unzoned(selection.From),
                    selection.From.Time,
                    Unzoned(selection.To),
                    selection.To.Time,
                    selection.GroupBy,
                    maxRows)
                .ListAsync(
                    row => (
                        From: row.GetFieldValue<DateTimeOffset>(0),
                        To: row.GetFieldValue<DateTimeOffset>(1),
                        Usage: row.IsDBNull(2) ? null : new UsageRow
                        {
                            Start = row.GetFieldValue<DateTimeOffset>(2),
                            End = row.GetFieldValue<DateTimeOffset>(3),
                            Group = row.IsDBNull(4) ? null : row.GetString(4),
                            Messages = row.GetInt64(5),
                            Tokens = row.GetInt64(6),
                            CostUsd = row.GetDecimal(7),
                        }),
                    cancellationToken),
            cancellationToken);

        // Without usage there is one row, which has the bounds alone.
        return new UsageReport(rows[0].From, rows[0].To, [.. rows.Select(row => row.Usage).OfType<UsageRow>()]);
    }

    private static SqlValue Unzoned(UsageBound bound) => SqlValue.Of(bound.Date?.ToDateTime(TimeOnly.MinValue), NpgsqlDbType.Timestamp);

    // A bucket ends where the next one begins on the clock of the time zone: a day may have 23 or 25 hours; an hour always has 60 minutes.
    // The sum of the current day includes the messages that were written since the digest.
    private static string Statement(string ofUsage, string ofSessions) =>
        $"""
        WITH asked AS MATERIALIZED (
            SELECT coalesce($5, $4::timestamp AT TIME ZONE $3) AS since, coalesce($7, $6::timestamp AT TIME ZONE $3) AS until),
        whole AS MATERIALIZED (
            SELECT {StartOf("since")} AS since, CASE WHEN {StartOf("until")} = until THEN until ELSE {EndOf("until")} END AS until
            FROM asked),
        used AS (
            SELECT u.quarter_hour AS at, u.session_id, u.message_type, u.model, u.messages, u.tokens, u.cost
            FROM dev.usage AS u
            WHERE {ofUsage} AND u.quarter_hour >= (SELECT since FROM whole) AND u.quarter_hour < (SELECT until FROM whole)
            UNION ALL
            SELECT m.created_at, m.session_id, m.message_type, {UsageSql.ModelOf("m")}, 1, m.tokens_used, m.cost_usd
            FROM dev.sessions AS s
            JOIN dev.session_messages AS m
                ON m.user_id = s.user_id AND m.session_id = s.session_id AND m.sequence > greatest(s.digested_messages, s.copied_messages)
            WHERE {ofSessions} AND NOT s.is_digested
              AND m.created_at >= (SELECT since FROM whole) AND m.created_at < (SELECT until FROM whole)),
        bucket AS (
            SELECT {StartOf("at")} AS start,
                   CASE $8::text
                       WHEN 'session' THEN session_id::text
                       WHEN 'message_type' THEN message_type
                       WHEN 'metadata.model' THEN nullif(model, '')
                   END AS part,
                   sum(messages)::bigint AS messages, sum(tokens)::bigint AS tokens, sum(cost) AS cost
            FROM used
            GROUP BY 1, 2
            ORDER BY 1, 2
            LIMIT $9)
        SELECT w.since, w.until, b.start, {EndOf("b.start")}, b.part, b.messages, b.tokens, b.cost
        FROM whole AS w
        LEFT JOIN bucket AS b ON true
        ORDER BY b.start, b.part
        """;

    private static string StartOf(string time) => $"date_trunc($2::text, {time}, $3::text)";

    private static string EndOf(string time) =>
        $"""
        CASE $2 WHEN 'hour' THEN {StartOf(time)} + interval '1 hour'
            WHEN 'day' THEN ({StartOf(time)} AT TIME ZONE $3 + interval '1 day') AT TIME ZONE $3
            ELSE ({StartOf(time)} AT TIME ZONE $3 + interval '1 month') AT TIME ZONE $3 END
        """;
}
