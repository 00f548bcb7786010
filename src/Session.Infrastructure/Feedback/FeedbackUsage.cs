using NpgsqlTypes;
using SessionService.Application.Usage;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Feedback;

/// <summary>
/// Sums up a user's feedback by the time at which it was last given. Its rows have all that a sum needs, so no message is read.
/// </summary>
/// <remarks>By hand: buckets by <c>width_bucket</c>, and groups with their totals in one statement.</remarks>
internal sealed class FeedbackUsage(ReadConnections connections) : IFeedbackUsage
{
    internal const string Sums =
        """
        SELECT bucket, part, name, count(*), avg(number)::float8, avg(truth)::float8
        FROM (
            SELECT width_bucket(updated_at, $4::timestamptz[]) AS bucket,
                   CASE $5::text
                       WHEN 'session' THEN session_id::text
                       WHEN 'metadata.model' THEN nullif(model, '')
                   END AS part,
                   name,
                   CASE WHEN jsonb_typeof(value) = 'number' THEN value::numeric END AS number,
                   CASE WHEN jsonb_typeof(value) = 'boolean' THEN value::boolean::int END AS truth
            FROM dev.message_feedback
            WHERE user_id = $1 AND updated_at >= $2 AND updated_at < $3) AS judged
        GROUP BY GROUPING SETS ((bucket, part, name), (name))
        ORDER BY bucket NULLS FIRST, part, name
        LIMIT $6
        """;

    public async Task<IReadOnlyList<FeedbackSum>> ReadAsync(
        string userId, UsageSelection selection, int maxRows, CancellationToken cancellationToken) =>
        await connections.Database.ReadAsync(
            sql => sql
                .Statement(
                    Sums,
                    userId,
                    selection.Edges[0],
                    selection.Edges[^1],
                    SqlValue.Column(selection.Edges, edge => edge, NpgsqlDbType.TimestampTz),
                    selection.GroupBy,
                    maxRows)
                .ListAsync(
                    row => new FeedbackSum(
                        row.IsDBNull(0) ? null : row.GetInt32(0) - 1,
                        row.IsDBNull(1) ? null : row.GetString(1),
                        row.GetString(2),
                        row.GetInt64(3),
                        row.IsDBNull(4) ? null : row.GetDouble(4),
                        row.IsDBNull(5) ? null : row.GetDouble(5)),
                    cancellationToken),
            cancellationToken);
}
