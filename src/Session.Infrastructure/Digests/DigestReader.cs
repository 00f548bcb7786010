using Microsoft.Extensions.Options;
using NpgsqlTypes;
using SessionService.Domain.Messages;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Digests;

/// <summary>Reads some new messages of a user's sessions, within the limits of a batch.</summary>
/// <remarks>By hand: unnested arrays and windows are beyond EF.</remarks>
internal sealed class DigestReader(IOptions<DigestOptions> options)
{
    /// <summary>
    /// A session that is being written to is digested only once enough new messages wait, so that a conversation is not digested message by
    /// message. Messages are digested up to the first one in progress.
    /// </summary>
    public const string IsDue =
        "NOT s.is_digested AND (s.updated_at <= $2 OR s.message_count - s.digested_messages >= $3) "
        + "AND (s.open_messages IS NULL OR s.open_messages[1] - 1 > s.digested_messages)";

    private const string Settled = "coalesce(s.open_messages[1] - 1, s.message_count)";

    private const int MaxSessions = 200;

    private const string FindSessions =
        $"""
        SELECT s.session_id, s.digested_messages, {Settled}, s.copied_messages
        FROM dev.sessions AS s
        WHERE s.user_id = $1 AND {IsDue}
        ORDER BY s.session_id
        LIMIT $4
        """;

    // The database knows the length of a text and the stored size of JSON without reading them, so it reads no more than the batch takes.
    private const string ReadMessages =
        $"""
        SELECT {UndigestedMessages.Columns}
        FROM (
            SELECT m.*, r.position,
                   sum({UndigestedMessages.Bytes}) OVER (ORDER BY r.position, m.sequence) - {UndigestedMessages.Bytes} AS bytes_before
            FROM unnest($2, $3, $4) WITH ORDINALITY AS r (session_id, digested, last, position)
            JOIN dev.session_messages AS m
                ON m.user_id = $1 AND m.session_id = r.session_id AND m.sequence > r.digested AND m.sequence <= r.last) AS m
        WHERE m.bytes_before < $5
        ORDER BY m.position, m.sequence
        """;

    /// <summary>What is to be digested of a user; <see langword="null"/> where nothing is.</summary>
    public async Task<DigestBatch?> ReadAsync(Sql sql, string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        var sessions = await FindSessionsAsync(sql, userId, idleSince, cancellationToken);
        if (sessions.Count == 0)
        {
            return null;
        }

        var messages = await ReadMessagesAsync(sql, userId, sessions, cancellationToken);
        var runs = new List<DigestRun>(sessions.Count);
        foreach (var session in sessions)
        {
            // The bytes may be used up before the session's messages are all read. The rest, and the sessions behind it, come in the next
            // batch.
            var read = messages.GetValueOrDefault(session.SessionId) ?? [];
            var run = new DigestRun(session.SessionId, session.Digested, session.Copied, read);
            if (run.Messages.Count > 0 || session.Digested == session.Last)
            {
                runs.Add(run);
            }
        }

        return new DigestBatch(userId, runs);
    }

    private async Task<List<DueSession>> FindSessionsAsync(
        Sql sql, string userId, DateTimeOffset idleSince, CancellationToken cancellationToken)
    {
        var due = await Statement(sql, FindSessions, userId, idleSince, MaxSessions)
            .ListAsync(row => new DueSession(row.GetGuid(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), cancellationToken);
        var sessions = new List<DueSession>();
        long room = options.Value.BatchSize;
        foreach (var session in due.TakeWhile(_ => room > 0))
        {
            var count = Math.Min(room, session.Last - session.Digested);
            sessions.Add(session with { Last = session.Digested + count });
            room -= count;
        }

        return sessions;
    }

    private async Task<Dictionary<Guid, List<SessionMessage>>> ReadMessagesAsync(
        Sql sql, string userId, List<DueSession> sessions, CancellationToken cancellationToken)
    {
        var messages = await sql
            .Statement(
                ReadMessages,
                userId,
                SqlValue.Column(sessions, session => session.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(sessions, session => session.Digested, NpgsqlDbType.Bigint),
                SqlValue.Column(sessions, session => session.Last, NpgsqlDbType.Bigint),
                (long)options.Value.BatchBytes)
            .ListAsync(row => UndigestedMessages.Read(row, userId), cancellationToken);
        return messages.GroupBy(message => message.SessionId).ToDictionary(run => run.Key, run => run.ToList());
    }

    /// <summary>A statement that finds what is due: <c>$1</c> is a user, <c>$4</c> a limit.</summary>
    public SqlStatement Statement(Sql sql, string text, string userId, DateTimeOffset idleSince, int limit) =>
        sql.Statement(text, userId, idleSince, (long)options.Value.MaxNewMessages, (long)limit);

    /// <param name="SessionId">The session.</param>
    /// <param name="Digested">How many of its messages are digested.</param>
    /// <param name="Last">The last message to digest now.</param>
    /// <param name="Copied">Messages up to this number were copied from another session.</param>
    private readonly record struct DueSession(Guid SessionId, long Digested, long Last, long Copied);
}
