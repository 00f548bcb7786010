using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Archival;
using SessionService.Application.Time;
using SessionService.Infrastructure.Digests;
using SessionService.Infrastructure.Erasure;
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
    private const int MaxDeletedAtOnce = 100;

    // Since when nothing has happened to a session. It is compared under the lock as well: whoever wrote meanwhile keeps it from being due.
    private const string LastUse = "greatest(s.last_activity, s.updated_at)";

    private static readonly string IsDue = Due("$4", "$5");

    // Of those that a look has found: the same conditions, under the lock.
    private static readonly string LockDue =
        $"""
        SELECT s.session_id
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND s.session_id = ANY ($2) AND {Due("$3", "$4")}
        ORDER BY s.session_id
        FOR UPDATE SKIP LOCKED
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
                   CASE WHEN $4 = 0 THEN 'expired' WHEN s.status = 'ended' THEN 'ended' ELSE 'archived' END AS next_status
            FROM page AS p
            JOIN dev.sessions AS s ON s.user_id = p.user_id AND s.session_id = p.session_id
            WHERE {IsDue}
            ORDER BY s.user_id, s.session_id
            FOR UPDATE OF s SKIP LOCKED),
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

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var (step, before) in Steps())
        {
            Place? place = Place.First;
            while (place is { } from)
            {
                place = step == ArchivalStep.Delete
                    ? await DeletePageAsync(before, from, cancellationToken)
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
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Put, step, before, from);
        command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetDatabaseNow() });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        metrics.Count(step, reader.GetInt64(3));
        return reader.GetInt64(2) == options.Value.BatchSize ? new Place(reader.GetString(0), reader.GetGuid(1)) : null;
    }

    /// <inheritdoc cref="PutPageAsync"/>
    private async Task<Place?> DeletePageAsync(DateTimeOffset before, Place from, CancellationToken cancellationToken)
    {
        var (due, next) = await LookAsync(ArchivalStep.Delete, before, from, cancellationToken);
        foreach (var ofUser in due.GroupBy(session => session.UserId, session => session.SessionId, StringComparer.Ordinal))
        {
            foreach (var some in ofUser.Chunk(MaxDeletedAtOnce))
            {
                metrics.Count(ArchivalStep.Delete, await DeleteAsync(ofUser.Key, some, before, cancellationToken));
            }
        }

        return next;
    }

    /// <summary>Deletes those of a user's sessions that are still due, with everything of theirs, and tells how many.</summary>
    private async Task<int> DeleteAsync(string userId, Guid[] sessions, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);

        // Before the sessions, as a digest does, so that the two never wait for each other.
        await SearchSegments.LockAsync(connection, userId, cancellationToken);
        var due = new HashSet<Guid>();
        await using (var command = OfUser(connection, LockDue, userId, sessions))
        {
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = (int)ArchivalStep.Delete });
            command.Parameters.Add(new NpgsqlParameter<DateTimeOffset> { TypedValue = before });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                due.Add(reader.GetGuid(0));
            }
        }

        if (due.Count > 0)
        {
            await index.RemoveAsync(connection, userId, message => due.Contains(message.SessionId), cancellationToken);
            await SessionErasure.EraseAsync(connection, userId, [.. due], cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        return due.Count;
    }

    private async Task<(List<DueSession> Due, Place? Next)> LookAsync(
        ArchivalStep step, DateTimeOffset before, Place from, CancellationToken cancellationToken)
    {
        var due = new List<DueSession>();
        var (length, last) = (0, from);
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = Command(connection, Look, step, before, from);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        for (; await reader.ReadAsync(cancellationToken); length++)
        {
            last = new Place(reader.GetString(0), reader.GetGuid(1));
            if (reader.GetBoolean(4))
            {
                due.Add(new DueSession(step, last.UserId, last.SessionId, reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3)));
            }
        }

        return (due, length == options.Value.BatchSize ? last : null);
    }

    private static string Due(string step, string before) =>
        $"""
        s.starred_at IS NULL AND CASE {step}
            WHEN 0 THEN s.status = 'active' AND {LastUse} < {before}
            WHEN 1 THEN s.status IN ('expired', 'ended', 'completed') AND s.archived_at IS NULL AND {LastUse} < {before}
            ELSE s.archived_at < {before} AND s.status IN ('archived', 'ended') AND s.last_activity < {before}
        END
        """;

    private List<(ArchivalStep Step, DateTimeOffset Before)> Steps()
    {
        var now = time.GetDatabaseNow();
        (ArchivalStep Step, TimeSpan? After)[] steps =
        [
            (ArchivalStep.Expire, options.Value.ExpireAfter), (ArchivalStep.Archive, options.Value.ArchiveAfter), (ArchivalStep.Delete, options.Value.DeleteAfter),
        ];
        return [.. steps.Where(step => step.After is not null).Select(step => (step.Step, now - step.After!.Value))];
    }

    private NpgsqlCommand Command(NpgsqlConnection connection, string sql, ArchivalStep step, DateTimeOffset before, Place from) =>
#pragma warning disable CA2100 // One of two constant texts.
        new(sql, connection)
#pragma warning restore CA2100
        {
            CommandTimeout = 0,
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = from.UserId, NpgsqlDbType = NpgsqlDbType.Varchar },
                new NpgsqlParameter<Guid> { TypedValue = from.SessionId },
                new NpgsqlParameter<int> { TypedValue = options.Value.BatchSize },
                new NpgsqlParameter<int> { TypedValue = (int)step },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = before },
            },
        };

    private static NpgsqlCommand OfUser(NpgsqlConnection connection, string sql, string userId, Guid[] sessions) =>
#pragma warning disable CA2100 // One of two constant texts.
        new(sql, connection)
#pragma warning restore CA2100
        {
            CommandTimeout = 0,
            Parameters = { new NpgsqlParameter<string> { TypedValue = userId }, new NpgsqlParameter<Guid[]> { TypedValue = sessions } },
        };

    /// <summary>Where the walk is: behind this session.</summary>
    private readonly record struct Place(string UserId, Guid SessionId)
    {
        public static readonly Place First = new("", Guid.Empty);
    }
}
