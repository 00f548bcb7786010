using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Usage;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>
/// Sums <c>dev.usage</c> up, and adds the messages that are not digested; both of one moment. Buckets are the database's to make: it has
/// the time zones' history, wherever the service runs.
/// </summary>
internal sealed class UsageStore(ReadConnections connections, TimeZoneNames zones) : IUsageStore
{
    internal static readonly string OfUser = Statement("u.user_id = $1", "s.user_id = $1");
    internal static readonly string OfEverybody = Statement("u.user_id = ''", "$1 = ''");

    public ValueTask<bool> KnowsZoneAsync(string name, CancellationToken cancellationToken) => zones.ContainsAsync(name, connections, cancellationToken);

    public async Task<UsageReport> ReadAsync(string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken)
    {
        await using var connection = await connections.OpenConnectionAsync(cancellationToken);
#pragma warning disable CA2100 // One of two constant texts.
        await using var command = new NpgsqlCommand(userId is null ? OfEverybody : OfUser, connection)
#pragma warning restore CA2100
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId ?? "" },
                new NpgsqlParameter<string> { TypedValue = selection.Bucket },
                new NpgsqlParameter<string> { TypedValue = selection.Zone },
                new NpgsqlParameter<DateTime?> { TypedValue = Unzoned(selection.From), NpgsqlDbType = NpgsqlDbType.Timestamp },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = selection.From.Time, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new NpgsqlParameter<DateTime?> { TypedValue = Unzoned(selection.To), NpgsqlDbType = NpgsqlDbType.Timestamp },
                new NpgsqlParameter<DateTimeOffset?> { TypedValue = selection.To.Time, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new NpgsqlParameter<string?> { TypedValue = selection.GroupBy, NpgsqlDbType = NpgsqlDbType.Text },
                new NpgsqlParameter<int> { TypedValue = maxRows },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<UsageRow>();
        var (from, to) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue);
        while (await reader.ReadAsync(cancellationToken))
        {
            (from, to) = (reader.GetFieldValue<DateTimeOffset>(0), reader.GetFieldValue<DateTimeOffset>(1));
            if (!reader.IsDBNull(2))
            {
                rows.Add(new UsageRow
                {
                    Start = reader.GetFieldValue<DateTimeOffset>(2),
                    End = reader.GetFieldValue<DateTimeOffset>(3),
                    Group = reader.IsDBNull(4) ? null : reader.GetString(4),
                    Messages = reader.GetInt64(5),
                    Tokens = reader.GetInt64(6),
                    CostUsd = reader.GetDecimal(7),
                });
            }
        }

        return new UsageReport(from, to, rows);
    }

    private static DateTime? Unzoned(UsageBound bound) => bound.Date?.ToDateTime(TimeOnly.MinValue);

    // The end of a bucket is the beginning of the next one as the clocks on the wall show it: a day may have 23 or 25 hours, and
    // an hour is an hour. A sum over sessions of a day that is not over must not miss what was written since the digest.
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
            JOIN dev.session_messages AS m ON m.user_id = s.user_id AND m.session_id = s.session_id AND m.sequence > greatest(s.digested_messages, s.copied_messages)
            WHERE {ofSessions} AND NOT s.is_digested
              AND m.created_at >= (SELECT since FROM whole) AND m.created_at < (SELECT until FROM whole)),
        bucket AS (
            SELECT {StartOf("at")} AS start,
                   CASE $8::text WHEN 'session' THEN session_id::text WHEN 'message_type' THEN message_type WHEN 'metadata.model' THEN nullif(model, '') END AS part,
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
