using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using SessionService.Application.Archival;
using SessionService.Application.Time;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Erasure;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Archival;

/// <summary>
/// Reads all sessions in the order of their key, a page at a time, and expires, archives or deletes those that are due. A session that
/// somebody has locked is in use, or another instance has it: the next run looks at it again.
/// </summary>
/// <remarks>By hand: FOR UPDATE SKIP LOCKED, and statements that write to several tables.</remarks>
internal sealed class SessionRetention(
    DigestDataSource dataSource,
    SearchSegments index,
    TotalsOwner totals,
    ISessionIds ids,
    IOptions<ArchivalOptions> options,
    IOptions<ShardingOptions> layout,
    ArchivalMetrics metrics,
    TimeProvider time)
    : ISessionRetention
{
    private const int MaxOfUserAtOnce = 100;

    // When something was last written to a session: a message, a change, an import, a memory. The statements compare it under the lock,
    // so a session that was written to meanwhile stays.
    private const string LastUse = "greatest(s.last_activity, s.updated_at, s.used_at)";

    private static readonly string Ended = SessionStatus.Ended.Name();

    // The steps as the statements compare them.
    private static readonly string Expire = Number(ArchivalStep.Expire);
    private static readonly string Archive = Number(ArchivalStep.Archive);

    private static readonly string IsDue = Due("$4", "$5");

    // The sessions of a page that are still due under the lock.
    private static readonly string LockDue =
        $"""
        SELECT s.session_id, s.status
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = ANY ($2) AND {Due("$3", "$4")}
        ORDER BY s.session_id
        FOR UPDATE SKIP LOCKED
        """;

    // What Put does, for sessions of one user that are locked.
    private const string PutLocked =
        """
        UPDATE dev.sessions
        SET status = CASE WHEN $3 THEN 'expired' WHEN status = 'ended' THEN 'ended' ELSE 'archived' END,
            archived_at = CASE WHEN $3 THEN NULL ELSE $4 END,
            updated_at = greatest(updated_at, $4),
            revision = revision + 1,
            changes = changes + 1,
            changed_at = greatest(changed_at, $4)
        WHERE user_id = $1 AND session_id = ANY ($2)
        """;

    // The page is found by its key and has a fixed length, so each statement is short, however many of its sessions are due.
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

    private static readonly string Look =
        $"""
        WITH {Page}
        SELECT p.user_id, p.session_id, s.status, {LastUse}, coalesce({IsDue}, false)
        FROM page AS p
        JOIN dev.sessions AS s ON s.user_id = p.user_id AND s.session_id = p.session_id
        ORDER BY p.user_id, p.session_id
        """;

    private static readonly string Put =
        $"""
        WITH {Page},
        due AS MATERIALIZED (
            SELECT s.user_id, s.session_id, s.status,
                   CASE WHEN $4 = {Expire} THEN 'expired' WHEN s.status = 'ended' THEN 'ended' ELSE 'archived' END AS next_status
            FROM page AS p
            JOIN dev.sessions AS s ON s.user_id = p.user_id AND s.session_id = p.session_id
            WHERE {IsDue}
            ORDER BY s.user_id, s.session_id
            FOR UPDATE OF s SKIP LOCKED),
        changed AS (
            UPDATE dev.sessions AS s
            SET status = d.next_status,
                archived_at = CASE WHEN $4 = {Expire} THEN NULL ELSE $6 END,
                updated_at = greatest(s.updated_at, $6),
                revision = s.revision + 1,
                changes = s.changes + 1,
                changed_at = greatest(s.changed_at, $6)
            FROM due AS d
            WHERE s.user_id = d.user_id AND s.session_id = d.session_id
            RETURNING s.user_id, s.session_id, s.message_count + s.changes AS position),
        told AS (
            {OutboxSql.Insert(
                $"""
                SELECT user_id, session_id, {OutboxSql.EventId("session_id", "position", "$6")} AS event_id, position,
                       '{WebhookEvents.SessionUpdated}' AS type, {OutboxSql.NoData} AS data, $6 AS now
                FROM changed
                """)}),
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
                $"due WHERE {StatisticsSql.IsActive} HAVING count(*) > 0 AND (SELECT count(*) FROM counted_user) > 0",
                activeSessions: "-count(*)")})
        SELECT *, (SELECT count(*) FROM due) FROM ({EndOfPage}) AS page
        """;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (step, before) in Steps())
        {
            Place? place = Place.First;
            while (place is { } from)
            {
                place = step == ArchivalStep.Delete || layout.Value.Sharded
                    ? await ChangeByUserAsync(step, before, from, cancellationToken)
                    : await PutPageAsync(step, before, from, cancellationToken);
            }
        }
    }

    public async IAsyncEnumerable<DueSession> FindDueAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (step, before) in Steps())
        {
            Place? place = Place.First;
            while (place is { } from)
            {
                (var due, place) = await LookAsync(step, before, from, cancellationToken);
                foreach (var session in due)
                {
                    yield return session;
                }
            }
        }
    }

    /// <returns>Where the next page begins; <see langword="null"/> after the last.</returns>
    private async Task<Place?> PutPageAsync(ArchivalStep step, DateTimeOffset before, Place from, CancellationToken cancellationToken)
    {
        var page = await dataSource.Database.WriteAsync(
            sql => Statement(sql, Put, step, before, from, time.GetDatabaseNow()).FirstAsync(
                row => new PutPage(new Place(row.GetString(0), row.GetGuid(1)), row.GetInt64(2), row.GetInt64(3)), cancellationToken),
            cancellationToken);
        metrics.Count(step, page?.Changed ?? 0);
        return page?.Sessions == options.Value.BatchSize ? page.Last : null;
    }

    /// <inheritdoc cref="PutPageAsync"/>
    private async Task<Place?> ChangeByUserAsync(
        ArchivalStep step, DateTimeOffset before, Place from, CancellationToken cancellationToken)
    {
        var (due, next) = await LookAsync(step, before, from, cancellationToken);
        foreach (var ofUser in due.GroupBy(session => session.UserId, session => session.SessionId, StringComparer.Ordinal))
        {
            foreach (var some in ofUser.Chunk(MaxOfUserAtOnce))
            {
                var changed = await dataSource.Database.InTransactionAsync(
                    sql => step == ArchivalStep.Delete
                        ? DeleteAsync(sql, ofUser.Key, some, before, cancellationToken)
                        : PutAsync(sql, ofUser.Key, some, step, before, cancellationToken),
                    cancellationToken);
                metrics.Count(step, changed);
            }
        }

        return next;
    }

    /// <summary>
    /// Deletes those of a user's sessions that are still due, with everything that belongs to them, and returns their number.
    /// </summary>
    private async Task<int> DeleteAsync(Sql sql, string userId, Guid[] sessions, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // Before the sessions, in the order of a digest, so that the two never wait for each other.
        await index.LockAsync(sql, userId, cancellationToken);
        var locked = await LockDueAsync(sql, userId, sessions, ArchivalStep.Delete, before, cancellationToken);
        var due = locked.Select(session => session.SessionId).ToHashSet();
        if (due.Count > 0)
        {
            await index.RemoveAsync(sql, userId, message => due.Contains(message.SessionId), cancellationToken);
            await SessionErasure.EraseAsync(
                sql, totals, ids, userId, [.. due], cancellationToken, toldAt: time.GetDatabaseNow());
        }

        return due.Count;
    }

    /// <summary>Expires or archives those of a user's sessions that are still due, and returns their number.</summary>
    private async Task<int> PutAsync(
        Sql sql, string userId, Guid[] sessions, ArchivalStep step, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var due = await LockDueAsync(sql, userId, sessions, step, before, cancellationToken);
        if (due.Count > 0)
        {
            var isExpiry = step == ArchivalStep.Expire;
            await sql
                .Statement(PutLocked, userId, due.Select(session => session.SessionId).ToArray(), isExpiry, time.GetDatabaseNow())
                .ExecuteAsync(cancellationToken);
            var moves = due.SelectMany(session => new[]
            {
                Counted(session.Status, -1),
                Counted(isExpiry ? SessionStatus.Expired.Name() : session.Status == Ended ? Ended : SessionStatus.Archived.Name(), 1),
            });
            await SessionTotal.AddAsync(sql, totals, userId, [.. moves], cancellationToken);
        }

        return due.Count;

        static SessionTotal Counted(string status, long sessions) =>
            new(status, IsStarred: false, sessions, Messages: 0, Tokens: 0, Cost: 0);
    }

    private static Task<List<(Guid SessionId, string Status)>> LockDueAsync(
        Sql sql, string userId, Guid[] sessions, ArchivalStep step, DateTimeOffset before, CancellationToken cancellationToken) =>
        sql.Statement(LockDue, userId, sessions, (int)step, before).WithoutTimeout()
            .ListAsync(row => (row.GetGuid(0), row.GetString(1)), cancellationToken);

    private async Task<(List<DueSession> Due, Place? Next)> LookAsync(
        ArchivalStep step, DateTimeOffset before, Place from, CancellationToken cancellationToken)
    {
        var page = await dataSource.Database.ReadAsync(
            sql => Statement(sql, Look, step, before, from).ListAsync(
                row => (
                    Session: new DueSession(
                        step, row.GetString(0), row.GetGuid(1), row.GetString(2), row.GetFieldValue<DateTimeOffset>(3)),
                    IsDue: row.GetBoolean(4)),
                cancellationToken),
            cancellationToken);
        var due = page.Where(one => one.IsDue).Select(one => one.Session).ToList();
        Place? next = page.Count == options.Value.BatchSize ? new Place(page[^1].Session.UserId, page[^1].Session.SessionId) : null;
        return (due, next);
    }

    private SqlStatement Statement(
        Sql sql, string text, ArchivalStep step, DateTimeOffset before, Place from, params ReadOnlySpan<SqlValue> more) =>
        sql.Statement(text, [from.UserId, from.SessionId, options.Value.BatchSize, (int)step, before, .. more]).WithoutTimeout();

    private static string Due(string step, string before) =>
        $"""
        s.starred_at IS NULL AND CASE {step}
            WHEN {Expire} THEN s.status = 'active' AND {LastUse} < {before}
            WHEN {Archive} THEN s.status IN ('expired', 'ended', 'completed') AND s.archived_at IS NULL AND {LastUse} < {before}
            ELSE s.archived_at < {before} AND s.status IN ('archived', 'ended') AND {LastUse} < {before}
        END
        """;

    private static string Number(ArchivalStep step) => ((int)step).ToString(CultureInfo.InvariantCulture);

    private List<(ArchivalStep Step, DateTimeOffset Before)> Steps()
    {
        var now = time.GetDatabaseNow();
        (ArchivalStep Step, TimeSpan? After)[] steps =
        [
            (ArchivalStep.Expire, options.Value.ExpireAfter),
            (ArchivalStep.Archive, options.Value.ArchiveAfter),
            (ArchivalStep.Delete, options.Value.DeleteAfter),
        ];
        return [.. steps.Where(step => step.After is not null).Select(step => (step.Step, now - step.After!.Value))];
    }

    /// <summary>How far the reading has come: behind this session.</summary>
    private readonly record struct Place(string UserId, Guid SessionId)
    {
        public static readonly Place First = new("", Guid.Empty);
    }

    /// <param name="Last">The last session of the page.</param>
    /// <param name="Sessions">How many sessions the page has.</param>
    /// <param name="Changed">How many of them were due.</param>
    private sealed record PutPage(Place Last, long Sessions, long Changed);
}
