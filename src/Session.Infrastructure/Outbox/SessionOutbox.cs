using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Outbox;

/// <summary>Stores what webhooks are told of a session, in the transaction of the write and after it.</summary>
/// <remarks>By hand: one statement for any number of sessions, which finds the webhooks by itself.</remarks>
internal static class SessionOutbox
{
    // A session that is gone has no position. Its event comes before those of a later session with the same id.
    private static readonly string Add = OutboxSql.Insert(
        """
        SELECT n.session_id, n.event_id, coalesce(s.message_count + s.changes, -1) AS position, $4 AS type, $5::jsonb AS data, $6 AS now
        FROM unnest($2, $3) AS n (session_id, event_id)
        LEFT JOIN dev.sessions AS s ON s.user_id = $1 AND s.session_id = n.session_id
        """,
        user: "$1");

    /// <param name="sql">The transaction of the write, which holds the lock of the session.</param>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="type">The name of the event.</param>
    /// <param name="now">The time of the write.</param>
    /// <param name="cancellationToken">Ends the write.</param>
    /// <param name="data">What the event tells besides user and session, as a JSON object without content.</param>
    public static Task TellAsync(
        Sql sql,
        string userId,
        Guid sessionId,
        string type,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        string data = "{}") =>
        TellAsync(sql, userId, [sessionId], type, now, cancellationToken, data);

    /// <summary>Tells the same of several sessions.</summary>
    /// <inheritdoc cref="TellAsync(Sql, string, Guid, string, DateTimeOffset, CancellationToken, string)"/>
    public static Task TellAsync(
        Sql sql,
        string userId,
        Guid[] sessions,
        string type,
        DateTimeOffset now,
        CancellationToken cancellationToken,
        string data = "{}")
    {
        Guid[] ids = [.. sessions.Select(_ => Guid.CreateVersion7(now))];
        return sql.Statement(Add, userId, sessions, ids, type, SqlValue.Json(data), now).ExecuteAsync(cancellationToken);
    }
}
