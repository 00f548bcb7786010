namespace SessionService.Infrastructure.Outbox;

/// <summary>
/// The part of a writing statement that stores what webhooks are told of the write. The statement finds out by itself which webhooks there
/// are, so nothing is cached and nothing is missed. Where there are none, which is usual, it reads an empty table. By hand because the
/// statements are.
/// </summary>
internal static class OutboxSql
{
    /// <summary>For an event that tells nothing besides user and session.</summary>
    public const string NoData = "'{}'::jsonb";

    /// <summary>Stores an event for each webhook that wants it.</summary>
    /// <param name="events">
    /// A query with the columns <c>session_id</c>, <c>event_id</c>, <c>position</c>, <c>type</c>, <c>data</c> and <c>now</c>, and without a
    /// parameter for the user also <c>user_id</c>.
    /// </param>
    /// <param name="user">The parameter with the user, in a statement about one user.</param>
    public static string Insert(string events, string? user = null) =>
        $"""
        INSERT INTO dev.webhook_deliveries
            (user_id, session_id, webhook_id, event_id, position, type, data, created_at, next_attempt_at, status, attempts)
        SELECT {user ?? "e.user_id"}, e.session_id, w.webhook_id, e.event_id, e.position, e.type, e.data, e.now, e.now, 'pending', 0
        FROM ({events}) AS e
        JOIN dev.webhooks AS w
            ON {(user is null ? "w.user_id IN (e.user_id, '')" : $"(w.user_id = {user} OR w.user_id = '')")}
           AND w.is_enabled AND (w.events IS NULL OR e.type = ANY (w.events))
        """;

    /// <summary>
    /// An id for an event of a statement that has none to give. It is made of <c>user_id</c>, the session and of what tells its events
    /// apart: the same event gets the same id for all webhooks, and events of two users never do.
    /// </summary>
    public static string EventId(string session, string position, string now) =>
        $"md5(user_id || {session}::text || ({position})::text || extract(epoch FROM {now})::text)::uuid";
}
