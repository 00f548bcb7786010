using Npgsql;
using SessionService.Application.Live;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Live;

/// <summary>Finds which sessions of a user changed since a time. By hand for the indexes: appends change none of them.</summary>
internal static class ChangedSessionsSql
{
    /// <summary>How far a session (<c>s</c>) of the user $1 has come. Messages behind the first one in progress are for later.</summary>
    public const string State =
        $"""
        {Settled}, s.changes, s.created_at,
        (SELECT o.next_index
         FROM dev.open_messages AS o
         WHERE o.user_id = $1 AND o.session_id = s.session_id AND o.sequence = s.open_messages[1])
        """;

    private const string Settled = "coalesce(s.open_messages[1] - 1, s.message_count)";

    /// <summary>
    /// The sessions that changed since a time. What an append changed is not digested yet, or has the time of the last activity as of the
    /// digest; everything else moves <c>changed_at</c>.
    /// </summary>
    /// <param name="user">The user, in SQL.</param>
    /// <param name="since">The time, in SQL.</param>
    /// <param name="limit">How many to find in each way, in SQL.</param>
    public static string Candidates(string user, string since, string limit) =>
        $"""
        (SELECT session_id FROM dev.sessions WHERE user_id = {user} AND changed_at > {since} LIMIT {limit})
        UNION
        (SELECT session_id FROM dev.sessions WHERE user_id = {user} AND NOT is_digested AND updated_at > {since} LIMIT {limit})
        UNION
        (SELECT session_id
        FROM dev.sessions
        WHERE user_id = {user} AND status IN ('active', 'completed', 'ended', 'archived', 'expired') AND digested_activity > {since}
        LIMIT {limit})
        UNION
        (SELECT session_id FROM dev.open_messages WHERE user_id = {user} AND touched_at > {since} LIMIT {limit})
        """;

    // The messages that were there at a time are those before the first with a later time. Packed messages are that old where their
    // segment is. Times that clients gave tell nothing.
    private static readonly string Find =
        $"""
        WITH changed AS MATERIALIZED ({Candidates("$1", "$2", "$4")})
        SELECT s.session_id, {State},
               CASE
                   WHEN s.session_id = ANY ($3) OR s.backfilled_at > $2 THEN NULL
                   WHEN s.updated_at <= $2 THEN {Settled}
                   ELSE least({Settled}, coalesce(
                       (SELECT m.sequence
                        FROM dev.session_messages AS m
                        WHERE m.user_id = $1 AND m.session_id = s.session_id AND m.created_at <= $2
                        ORDER BY m.sequence DESC
                        LIMIT 1),
                       (SELECT CASE WHEN g.packed_at <= $2 THEN g.last_sequence ELSE -1 END
                        FROM dev.message_segments AS g
                        WHERE g.user_id = $1 AND g.session_id = s.session_id
                        ORDER BY g.first_sequence DESC
                        LIMIT 1),
                       0))
               END,
               s.changed_at > $2
        FROM changed AS c
        JOIN dev.sessions AS s ON s.user_id = $1 AND s.session_id = c.session_id
        ORDER BY s.user_id, s.session_id
        LIMIT $4
        """;

    private const string Gone =
        """
        SELECT n.session_id
        FROM unnest($2) AS n (session_id)
        WHERE NOT EXISTS (SELECT 1 FROM dev.sessions AS s WHERE s.user_id = $1 AND s.session_id = n.session_id)
        """;

    /// <summary>Reads <see cref="State"/>.</summary>
    /// <param name="row">The row.</param>
    /// <param name="first">Where in the row its columns begin.</param>
    public static LiveState ReadState(NpgsqlDataReader row, int first) => new(
        row.GetInt64(first),
        row.GetInt64(first + 1),
        row.GetFieldValue<DateTimeOffset>(first + 2),
        row.IsDBNull(first + 3) ? null : row.GetInt32(first + 3));

    public static async Task<ChangedSessions> FindAsync(
        Sql sql,
        string userId,
        DateTimeOffset since,
        Guid[] named,
        Guid[] known,
        int limit,
        CancellationToken cancellationToken)
    {
        var sessions = await sql.Statement(Find, userId, since, named, (long)limit).ListAsync(
            row => new ChangedSession(
                row.GetGuid(0),
                ReadState(row, first: 1),
                row.IsDBNull(5) || row.GetInt64(5) < 0 ? null : row.GetInt64(5),
                row.GetBoolean(6)),
            cancellationToken);
        List<Guid> gone = known.Length == 0
            ? []
            : await sql.Statement(Gone, userId, known).ListAsync(row => row.GetGuid(0), cancellationToken);
        return new ChangedSessions(sessions, gone);
    }
}
