using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Archival;
using SessionService.Application.Time;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Archival;

/// <summary>
/// Walks through the sessions in the order of their key, some at a time, and lets those that are due expire, puts them away or deletes them. A
/// session that somebody has locked is in use, or another instance has it: it is passed over until the next time.
/// </summary>
internal sealed class SessionArchive(
    DigestDataSource dataSource, SearchSegments index, IOptions<ArchivalOptions> options, ArchivalMetrics metrics, TimeProvider time) : ISessionArchive
{
    // Since when nothing has happened to a session. It is compared under the lock as well: whoever wrote meanwhile keeps it from being due.
    private const string LastUse = "greatest(s.last_activity, s.updated_at)";

    private const string IsDue =
        $"""
        s.starred_at IS NULL AND CASE $4
            WHEN 0 THEN s.status = 'active' AND {LastUse} < $5
            WHEN 1 THEN s.status IN ('expired', 'ended', 'completed') AND s.archived_at IS NULL AND {LastUse} < $5
            ELSE s.archived_at < $5 AND s.status IN ('archived', 'ended') AND s.last_activity < $5
        END
        """;

    // The page is found by its key and has a fixed length, so each statement takes a short time, whether any or all of it are due.
    private const string Page =
        """
        page AS MATERIALIZED (
            SELECT p.user_id, p.session_id
            FROM dev.sessions AS p
            WHERE (p.user_id, p.session_id) > ($1, $2)
            ORDER BY p.user_id, p.session_id
            LIMIT $3)
        """;

    private const string EndOfPage =
        "SELECT user_id, session_id, (SELECT count(*) FROM page) FROM page ORDER BY user_id DESC, session_id DESC LIMIT 1";

    private const string Look =
        $"""
        WITH {Page}
        SELECT p.user_id, p.session_id, s.status, {LastUse}, coalesce({IsDue}, false)
        FROM page AS p
        JOIN dev.sessions AS s ON s.user_id = p.user_id AND s.session_id = p.session_id
        ORDER BY p.user_id, p.session_id
        """;

    private const string Due =
        $"""
        WITH {Page},
        due AS MATERIALIZED (
            SELECT s.user_id, s.session_id, s.status,
                   CASE WHEN $4 = 0 THEN 'expired' WHEN s.status = 'ended' THEN 'ended' ELSE 'archived' END AS next_status
            FROM page AS p
            JOIN dev.sessions AS s ON s.user_id = p.user_id AND s.session_id = p.session_id
            WHERE {IsDue}
            ORDER BY s.user_id, s.session_id
            FOR UPDATE OF s SKIP LOCKED),
        """;

    private static readonly string Put =
        $"""
        {Due}
        changed AS (
            UPDATE dev.sessions AS s
            SET status = d.next_status,
                archived_at = CASE WHEN $4 = 0 THEN NULL ELSE $6 END,
                updated_at = greatest(s.updated_at, $6),
                revision = s.revision + 1
            FROM due AS d
            WHERE s.user_id = d.user_id AND s.session_id = d.session_id),
        counted_user AS (
            {SessionCountsSql.Add(
                """
                SELECT d.user_id, m.status, false AS is_starred, sum(m.sessions) AS sessions
                FROM due AS d
                CROSS JOIN LATERAL (VALUES (d.status, -1), (d.next_status, 1)) AS m (status, sessions)
                WHERE d.status <> d.next_status
                GROUP BY d.user_id, m.status
                """)}
            RETURNING sessions),
        counted AS (
            {StatisticsSql.Add(
                $"due WHERE {StatisticsSql.IsActive} HAVING count(*) > 0 AND (SELECT count(*) FROM counted_user) > 0", activeSessions: "-count(*)")})
        SELECT *, (SELECT count(*) FROM due) FROM ({EndOfPage}) AS page
        """;

    // Messages and memory go with their session; what was kept under keys of its writes goes too. The statistics tell of what is there:
    // what was copied into a session was never counted with it.
    private static readonly string Delete =
        $"""
        {Due}
        keys AS (
            DELETE FROM dev.idempotency_keys AS k
            USING due AS d
            WHERE k.user_id = d.user_id AND k.session_id = d.session_id),
        gone AS (
            DELETE FROM dev.sessions AS s
            USING due AS d
            WHERE s.user_id = d.user_id AND s.session_id = d.session_id
            RETURNING s.user_id, s.status, s.message_count - s.copied_messages AS messages, s.total_tokens - s.copied_tokens AS tokens, s.total_cost - s.copied_cost AS cost),
        counted_user AS (
            {SessionCountsSql.Add("SELECT user_id, status, false AS is_starred, -count(*) AS sessions FROM gone GROUP BY user_id, status")}
            RETURNING sessions),
        counted AS (
            {StatisticsSql.Add(
                "gone HAVING (SELECT count(*) FROM counted_user) > 0", sessions: "-count(*)", messages: "-sum(messages)", tokens: "-sum(tokens)", cost: "-sum(cost)")})
        SELECT *, (SELECT count(*) FROM due), (SELECT array_agg(DISTINCT user_id)::text[] FROM gone) FROM ({EndOfPage}) AS page
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (step, before) in Steps())
        {
            var (userId, sessionId, length) = ("", Guid.Empty, 0L);
            do
            {
                await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
                await using var command = Command(connection, step == ArchivalStep.Delete ? Delete : Put, step, before, userId, sessionId);
                if (step != ArchivalStep.Delete)
                {
                    command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetDatabaseNow() });
                }

                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                if (!await reader.ReadAsync(cancellationToken))
                {
                    break;
                }

                (userId, sessionId, length) = (reader.GetString(0), reader.GetGuid(1), reader.GetInt64(2));
                metrics.Count(step, reader.GetInt64(3));
                if (step == ArchivalStep.Delete && !reader.IsDBNull(4))
                {
                    await RemoveFromIndexAsync(reader.GetFieldValue<string[]>(4), cancellationToken);
                }
            }
            while (length == options.Value.BatchSize);
        }
    }

    public async IAsyncEnumerable<DueSession> FindDueAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (step, before) in Steps())
        {
            var (userId, sessionId, length) = ("", Guid.Empty, 0);
            do
            {
                var due = new List<DueSession>();
                await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
                {
                    await using var command = Command(connection, Look, step, before, userId, sessionId);
                    await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                    for (length = 0; await reader.ReadAsync(cancellationToken); length++)
                    {
                        (userId, sessionId) = (reader.GetString(0), reader.GetGuid(1));
                        if (reader.GetBoolean(4))
                        {
                            due.Add(new DueSession(step, userId, sessionId, reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
                        }
                    }
                }

                foreach (var session in due)
                {
                    yield return session;
                }
            }
            while (length == options.Value.BatchSize);
        }
    }

    /// <summary>After the sessions are gone: a search that comes in between finds words without a message, and shows none.</summary>
    private async Task RemoveFromIndexAsync(string[] users, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        foreach (var user in users)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await index.RemoveGoneAsync(connection, user, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private List<(ArchivalStep Step, DateTimeOffset Before)> Steps()
    {
        var now = time.GetDatabaseNow();
        (ArchivalStep Step, TimeSpan? After)[] steps =
        [
            (ArchivalStep.Expire, options.Value.ExpireAfter), (ArchivalStep.Archive, options.Value.ArchiveAfter), (ArchivalStep.Delete, options.Value.DeleteAfter),
        ];
        return [.. steps.Where(step => step.After is not null).Select(step => (step.Step, now - step.After!.Value))];
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, ArchivalStep step, DateTimeOffset before, string userId, Guid sessionId) =>
#pragma warning disable CA2100 // One of three constant texts.
        new(sql, connection)
#pragma warning restore CA2100
        {
            CommandTimeout = 0,
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId, NpgsqlDbType = NpgsqlDbType.Varchar },
                new NpgsqlParameter<Guid> { TypedValue = sessionId },
                new NpgsqlParameter<int> { TypedValue = options.Value.BatchSize },
                new NpgsqlParameter<int> { TypedValue = (int)step },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = before },
            },
        };
}
