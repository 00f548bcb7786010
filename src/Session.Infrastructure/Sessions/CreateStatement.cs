using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Idempotency;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Sessions;

/// <summary>A session to create.</summary>
/// <param name="Session">The session.</param>
/// <param name="HasOwnId">Whether the client gave the id.</param>
/// <param name="Key">The key of the request.</param>
internal sealed record Creation(Session Session, bool HasOwnId, IdempotencyKey? Key);

/// <summary>Creates the sessions of a group; the outcome of each is whether it was created.</summary>
internal sealed class CreateStatement : IGroupStatement<Creation, bool>
{
    // Approximate size of a session without its texts.
    private const int SessionOverheadBytes = 512;

    // By hand for its CTEs, which write five tables for a group of creations in one round trip.
    //
    // The database decides whether an id is taken: a look-up before the insert would race. Inserts go in the order of the ids, so that two
    // of these statements never wait for each other in a circle. The statistics refer to the users' counts, and so take their row after
    // those, in the order of every other transaction.
    private static readonly string Text =
        $"""
        WITH input AS MATERIALIZED (
            SELECT *
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) WITH ORDINALITY
                AS i (user_id, session_id, status, title, conversation_data, metadata, session_summary, created_at, key, request_hash,
                      updated_at, last_activity, archived_at, forked_from_session_id, forked_from_sequence, starred_at, used_at, position)),
        made_before AS MATERIALIZED (
            SELECT i.position
            FROM input AS i
            JOIN dev.idempotency_keys AS k ON k.user_id = i.user_id AND k.idempotency_key = i.key),
        added AS (
            INSERT INTO dev.sessions
                (user_id, session_id, status, title, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
                 archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence,
                 copied_messages, copied_tokens, copied_cost,
                 is_digested, digested_messages, digested_cost, digested_activity, changed_at)
            SELECT user_id, session_id, status, title, conversation_data, metadata, session_summary,
                   0, 0, 0, created_at, updated_at, last_activity,
                   archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence, 0, 0, 0, true, 0, 0, last_activity,
                   coalesce(used_at, updated_at)
            FROM input
            WHERE position NOT IN (SELECT b.position FROM made_before AS b)
            ORDER BY session_id
            ON CONFLICT DO NOTHING
            RETURNING session_id),
        created AS MATERIALIZED (
            SELECT i.*, i.updated_at AS now
            FROM input AS i
            JOIN added AS a ON a.session_id = i.session_id),
        claimed AS (
            {IdempotencySql.Claim("'{}'")}
            FROM created
            WHERE key IS NOT NULL
            ORDER BY user_id, key),
        told AS (
            {OutboxSql.Insert(
                $"""
                SELECT user_id, session_id, {OutboxSql.EventId("session_id", "0", "now")} AS event_id, 0 AS position,
                       '{WebhookEvents.SessionCreated}' AS type, {OutboxSql.NoData} AS data, now
                FROM created
                """)}),
        counted_user AS (
            {SessionCountsSql.Add(
                "SELECT user_id, status, starred_at IS NOT NULL AS is_starred, count(*) AS sessions FROM created GROUP BY 1, 2, 3")}
            RETURNING sessions),
        counted AS (
            {StatisticsSql.Add(
                "created HAVING (SELECT count(*) FROM counted_user) > 0",
                sessions: "count(*)",
                activeSessions: $"count(*) FILTER (WHERE {StatisticsSql.IsActive})")})
        SELECT position
        FROM created
        """;

    public WriteKind Kind => WriteKind.Create;

    public string UserOf(Creation write) => write.Session.UserId;

    public long SizeOf(Creation write) =>
        SessionOverheadBytes + (sizeof(char) * ((long)write.Session.ConversationData.Length + write.Session.Metadata.Length));

    public Guid? RowOf(Creation write) => null;

    /// <summary>Keeps apart two creations with the same id or key: the later one must find the earlier one.</summary>
    public Predicate<Creation> NewAdmission()
    {
        var ids = new HashSet<Guid>();
        var keys = new HashSet<(string, string)>();
        return write =>
        {
            if (ids.Contains(write.Session.SessionId) || (write.Key is not null && keys.Contains((write.Session.UserId, write.Key.Value))))
            {
                return false;
            }

            ids.Add(write.Session.SessionId);
            if (write.Key is not null)
            {
                keys.Add((write.Session.UserId, write.Key.Value));
            }

            return true;
        };
    }

    public Task<bool[]> ExecuteAsync(NpgsqlConnection connection, IReadOnlyList<Creation> writes, CancellationToken cancellationToken) =>
        new Sql(connection, commitsItself: true)
            .Statement(
                Text,
                SqlValue.Column(writes, w => w.Session.UserId, NpgsqlDbType.Text),
                SqlValue.Column(writes, w => w.Session.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(writes, w => w.Session.Status.Name(), NpgsqlDbType.Text),
                SqlValue.Column(writes, w => w.Session.Title, NpgsqlDbType.Text),
                SqlValue.Column(writes, w => w.Session.ConversationData, NpgsqlDbType.Jsonb),
                SqlValue.Column(writes, w => w.Session.Metadata, NpgsqlDbType.Jsonb),
                SqlValue.Column(writes, w => w.Session.SessionSummary, NpgsqlDbType.Text),
                SqlValue.Column(writes, w => w.Session.CreatedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(writes, w => w.Key?.Value, NpgsqlDbType.Text),
                SqlValue.Column(writes, w => w.Key?.RequestHash, NpgsqlDbType.Bytea),
                SqlValue.Column(writes, w => w.Session.UpdatedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(writes, w => w.Session.LastActivity, NpgsqlDbType.TimestampTz),
                SqlValue.Column(writes, w => w.Session.ArchivedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(writes, w => w.Session.ForkedFromSessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(writes, w => w.Session.ForkedFromSequence, NpgsqlDbType.Bigint),
                SqlValue.Column(writes, w => w.Session.StarredAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(writes, w => w.Session.UsedAt, NpgsqlDbType.TimestampTz))
            .ReadAsync(reader => ReadAsync(reader, writes.Count, cancellationToken), cancellationToken);

    public bool IsMade(bool outcome) => outcome;

    private static async Task<bool[]> ReadAsync(NpgsqlDataReader reader, int writes, CancellationToken cancellationToken)
    {
        var isCreated = new bool[writes];
        while (await reader.ReadAsync(cancellationToken))
        {
            isCreated[(int)reader.GetInt64(0) - 1] = true;
        }

        return isCreated;
    }
}
