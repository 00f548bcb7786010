using NpgsqlTypes;
using SessionService.Application.Usage;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Usage;

/// <summary>Sums up <c>dev.usage</c> and adds the messages that are not digested yet, both of one moment.</summary>
/// <remarks>By hand: buckets by <c>width_bucket</c>, and a lateral choice of what to group by.</remarks>
internal sealed class UsageStore(ReadConnections connections) : IUsageStore
{
    internal static readonly string OfUser =
        Statement(ofUsage: "u.user_id = $1", ofSessions: "s.user_id = $1", ofMessages: "m.user_id = $1");

    internal static readonly string OfEverybody =
        Statement(ofUsage: "u.user_id = ''", ofSessions: "$1 = ''", ofMessages: "m.user_id = s.user_id");

    public async Task<IReadOnlyList<UsageSum>> ReadAsync(
        string? userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken) =>
        await connections.Database.ReadAsync(
            sql => sql
                .Statement(
                    userId is null ? OfEverybody : OfUser,
                    userId ?? "",
                    selection.Edges[0],
                    selection.Edges[^1],
                    SqlValue.Column(selection.Edges, edge => edge, NpgsqlDbType.TimestampTz),
                    selection.GroupBy,
                    maxRows)
                .ListAsync(
                    row => new UsageSum(
                        row.GetInt32(0) - 1,
                        row.IsDBNull(1) ? null : row.GetString(1),
                        row.GetInt64(2),
                        row.GetInt64(3),
                        row.GetDecimal(4)),
                    cancellationToken),
            cancellationToken);

    // The sum of the current day includes the messages that were written since the digest. One in progress counts when it is completed.
    private static string Statement(string ofUsage, string ofSessions, string ofMessages) =>
        $"""
        WITH used AS (
            SELECT u.quarter_hour AS at, u.session_id, u.message_type, u.model, u.messages, u.tokens, u.cost
            FROM dev.usage AS u
            WHERE {ofUsage} AND u.quarter_hour >= $2 AND u.quarter_hour < $3
            UNION ALL
            SELECT m.created_at, m.session_id, m.message_type, {UsageSql.ModelOf("m")}, 1, m.tokens_used, m.cost_usd
            FROM dev.sessions AS s
            JOIN dev.session_messages AS m
                ON {ofMessages} AND m.session_id = s.session_id AND m.sequence > greatest(s.digested_messages, s.copied_messages)
            WHERE {ofSessions} AND NOT s.is_digested AND m.created_at >= $2 AND m.created_at < $3
              AND (s.open_messages IS NULL OR m.sequence <> ALL (s.open_messages)))
        SELECT width_bucket(at, $4::timestamptz[]) AS bucket,
               CASE $5::text
                   WHEN 'session' THEN session_id::text
                   WHEN 'message_type' THEN message_type
                   WHEN 'metadata.model' THEN nullif(model, '')
               END AS part,
               sum(messages)::bigint, sum(tokens)::bigint, sum(cost)
        FROM used
        GROUP BY 1, 2
        ORDER BY 1, 2
        LIMIT $6
        """;
}
