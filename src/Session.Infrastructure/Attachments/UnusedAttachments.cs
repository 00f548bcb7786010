using SessionService.Application.Time;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Attachments;

/// <summary>
/// Removes attachments that no message refers to. The row goes first, and in the same transaction an object outside of the database becomes
/// due for removal.
/// </summary>
/// <remarks>By hand: SKIP LOCKED, and statements that write to several tables.</remarks>
internal sealed class UnusedAttachments(Database database, ObjectRemovals removals, AttachmentMetrics metrics, TimeProvider time)
{
    // Their bytes may be in the database, and all go in one transaction.
    private const int RemovedAtOnce = 20;

    private const int LookedAtAtOnce = 1_000;

    // A row whose time lies further in the future than clocks differ did not come since an erasure began.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    // How long a request may take from its files to its message. Whoever sends the bytes again keeps them for so long.
    private static readonly TimeSpan RequestTime = TimeSpan.FromMinutes(1);

    // Of the user $1.
    private const string NotUsed =
        "NOT EXISTS (SELECT 1 FROM dev.attachment_uses AS u WHERE u.user_id = $1 AND u.attachment_id = a.attachment_id)";

    private const string NotUsedByItsUser =
        "NOT EXISTS (SELECT 1 FROM dev.attachment_uses AS u WHERE u.user_id = a.user_id AND u.attachment_id = a.attachment_id)";

    // A page is found by its key, so that each statement is short, however many attachments there are.
    private const string Look =
        $"""
        SELECT a.user_id, a.attachment_id, a.size, a.uploaded_at < $4 AND {NotUsedByItsUser}
        FROM dev.attachments AS a
        WHERE (a.user_id, a.attachment_id) > ($1, $2)
        ORDER BY a.user_id, a.attachment_id
        LIMIT $3
        """;

    // A message that is being written holds its attachment, and an upload of the same bytes changes its row. The next run looks again.
    private const string LockUnused =
        """
        SELECT attachment_id
        FROM dev.attachments
        WHERE user_id = $1 AND attachment_id = ANY ($2) AND uploaded_at < $3
        ORDER BY attachment_id
        FOR UPDATE SKIP LOCKED
        """;

    private const string LockOfUser =
        $"""
        SELECT a.attachment_id
        FROM dev.attachments AS a
        WHERE a.user_id = $1 AND a.attachment_id > $5 AND (a.uploaded_at <= $2 OR a.uploaded_at > $3) AND {NotUsed}
        ORDER BY a.attachment_id
        LIMIT $4
        FOR UPDATE
        """;

    // Those that came again just now, after the message: another message is perhaps about to refer to them, or the job removes them.
    private const string LockOfMessage =
        """
        SELECT attachment_id
        FROM dev.attachments
        WHERE user_id = $1 AND attachment_id = ANY ($2) AND uploaded_at <= greatest($3, $4)
        ORDER BY attachment_id
        FOR UPDATE
        """;

    // What came once came for the session, also where the times of an import or of another clock say that it came later.
    private const string CameForSession = "(uploaded_at = created_at OR uploaded_at <= greatest($3, $4))";

    private const string LockOfSession =
        $"""
        SELECT attachment_id
        FROM dev.attachments
        WHERE user_id = $1 AND attachment_id = ANY ($2) AND {CameForSession}
        ORDER BY attachment_id
        FOR UPDATE
        """;

    // What is left when a session is gone counts as if it had come once: its last coming was for a message that is gone. So it goes with
    // the last session that refers to it, however soon.
    private const string ForgetComing =
        $"UPDATE dev.attachments SET uploaded_at = created_at WHERE user_id = $1 AND attachment_id = ANY ($2) AND {CameForSession}";

    private const string DeleteUsesOfSession =
        "DELETE FROM dev.attachment_uses WHERE user_id = $1 AND session_id = $2 RETURNING attachment_id";

    private const string CountOfSession =
        """
        WITH own AS MATERIALIZED (
            SELECT DISTINCT u.attachment_id
            FROM dev.attachment_uses AS u
            WHERE u.user_id = $1 AND u.session_id = $2
              AND NOT EXISTS (
                  SELECT 1 FROM dev.attachment_uses AS o
                  WHERE o.user_id = $1 AND o.attachment_id = u.attachment_id AND o.session_id <> $2))
        SELECT (SELECT count(*) FROM own),
               (SELECT count(*) FROM dev.attachment_pieces AS p JOIN own ON own.attachment_id = p.attachment_id WHERE p.user_id = $1)
        """;

    private const string DeleteUses =
        """
        DELETE FROM dev.attachment_uses
        WHERE user_id = $1 AND session_id = ANY ($2) AND sequence = $3
        RETURNING attachment_id
        """;

    // The rows are locked, so no message can begin to refer to them, and this statement sees all messages that do.
    private const string Delete =
        $"""
        WITH gone AS MATERIALIZED (
            SELECT a.user_id, a.attachment_id, a.object_key
            FROM dev.attachments AS a
            WHERE a.user_id = $1 AND a.attachment_id = ANY ($2) AND {NotUsed}),
        pieces AS (
            DELETE FROM dev.attachment_pieces AS p
            USING gone
            WHERE p.user_id = $1 AND p.attachment_id = gone.attachment_id
            RETURNING p.piece),
        due AS (
            INSERT INTO dev.attachment_removals (user_id, object_key, due_at)
            SELECT user_id, object_key, $3 FROM gone WHERE object_key IS NOT NULL),
        deleted AS (
            DELETE FROM dev.attachments AS a
            USING gone
            WHERE a.user_id = $1 AND a.attachment_id = gone.attachment_id)
        SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM pieces)
        """;

    /// <summary>Removes the attachments that no message refers to and that last came before a time.</summary>
    public async Task RemoveAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var last = (UserId: "", Id: Guid.Empty);
        var (attachments, bytes) = (0L, 0L);
        int looked;
        do
        {
            var page = await database.ReadAsync(
                sql => sql.Statement(Look, last.UserId, last.Id, LookedAtAtOnce, before).ListAsync(
                    row => (UserId: row.GetString(0), Id: row.GetGuid(1), Size: row.GetInt64(2), IsUnused: row.GetBoolean(3)),
                    cancellationToken),
                cancellationToken);
            attachments += page.Count(one => !one.IsUnused);
            bytes += page.Where(one => !one.IsUnused).Sum(one => one.Size);
            foreach (var ofUser in page.Where(one => one.IsUnused).GroupBy(one => one.UserId, one => one.Id, StringComparer.Ordinal))
            {
                foreach (var some in ofUser.Chunk(RemovedAtOnce))
                {
                    await database.InTransactionAsync(
                        async sql => await DeleteAsync(
                            sql, ofUser.Key, sql.Statement(LockUnused, ofUser.Key, some, before), cancellationToken),
                        cancellationToken);
                }
            }

            looked = page.Count;
            last = looked == 0 ? last : (page[^1].UserId, page[^1].Id);
        }
        while (looked == LookedAtAtOnce);
        metrics.SetKept(attachments, bytes);
    }

    /// <summary>
    /// Takes the references of a message away, of its copies in forks too, and removes the attachments to which no other message refers.
    /// </summary>
    /// <param name="sql">A transaction in which the sessions are locked.</param>
    /// <param name="userId">The owner.</param>
    /// <param name="sessionIds">The session, and its forks that hold the message.</param>
    /// <param name="sequence">The number of the message.</param>
    /// <param name="writtenAt">When it was written.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task RemoveOfMessageAsync(
        Sql sql, string userId, Guid[] sessionIds, long sequence, DateTimeOffset writtenAt, CancellationToken cancellationToken)
    {
        var used = await sql.Statement(DeleteUses, userId, sessionIds, sequence).ListAsync(row => row.GetGuid(0), cancellationToken);
        if (used.Count > 0)
        {
            var justNow = time.GetDatabaseNow() - RequestTime;
            await DeleteAsync(
                sql,
                userId,
                sql.Statement(LockOfMessage, userId, used.Distinct().ToArray(), writtenAt, justNow),
                cancellationToken);
        }
    }

    /// <summary>How many attachments, with how many pieces, no other session refers to.</summary>
    public static Task<(long Attachments, long Pieces)> CountOfSessionAsync(
        Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken) =>
        sql.Statement(CountOfSession, userId, sessionId).FirstAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);

    /// <summary>
    /// Takes the references of a session away, and removes the attachments to which no message of another session refers. Objects outside
    /// of the database become due for removal.
    /// </summary>
    /// <param name="sql">A transaction in which the session is locked.</param>
    /// <param name="userId">The owner.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="writtenAt">When the session was last written to.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task<ErasedReferences> RemoveOfSessionAsync(
        Sql sql, string userId, Guid sessionId, DateTimeOffset writtenAt, CancellationToken cancellationToken)
    {
        var used = await sql.Statement(DeleteUsesOfSession, userId, sessionId).ListAsync(row => row.GetGuid(0), cancellationToken);
        var justNow = time.GetDatabaseNow() - RequestTime;
        var erased = new ErasedReferences(used.Count, 0, 0);

        // In the order of the ids, as everywhere, and a few in each statement.
        foreach (var some in used.Distinct().Order().Chunk(RemovedAtOnce))
        {
            var gone = await DeleteAsync(
                sql, userId, sql.Statement(LockOfSession, userId, some, writtenAt, justNow), cancellationToken);
            await sql.Statement(ForgetComing, userId, some, writtenAt, justNow).ExecuteAsync(cancellationToken);
            erased = erased with { Attachments = erased.Attachments + gone.Attachments, Pieces = erased.Pieces + gone.Pieces };
        }

        return erased;
    }

    /// <summary>
    /// Removes a user's attachments that came before a time and to which no message refers, and waits until their objects are gone.
    /// </summary>
    /// <exception cref="Application.Attachments.AttachmentStoreException">
    /// Objects are left. Another call removes them.
    /// </exception>
    public async Task<ErasedAttachments> EraseAsync(string userId, DateTimeOffset until, CancellationToken cancellationToken)
    {
        long attachments = 0;
        long pieces = 0;
        Guid? last = Guid.Empty;
        while (last is { } after)
        {
            // One that began to be used between its lock and its removal stays, and those behind it are looked at all the same.
            var gone = await database.InTransactionAsync(
                sql => DeleteAsync(
                    sql,
                    userId,
                    sql.Statement(LockOfUser, userId, until, time.GetDatabaseNow() + ClockSkew, RemovedAtOnce, after),
                    cancellationToken),
                cancellationToken);
            attachments += gone.Attachments;
            pieces += gone.Pieces;
            last = gone.Last;
        }

        return new ErasedAttachments(attachments, pieces, await removals.RemoveAllAsync(userId, cancellationToken));
    }

    private async Task<Gone> DeleteAsync(Sql sql, string userId, SqlStatement lockThem, CancellationToken cancellationToken)
    {
        var locked = await lockThem.ListAsync(row => row.GetGuid(0), cancellationToken);
        if (locked.Count == 0)
        {
            return new Gone(0, 0, Last: null);
        }

        var (attachments, pieces) = await sql.Statement(Delete, userId, locked.ToArray(), time.GetDatabaseNow()).FirstAsync(
            row => (row.GetInt64(0), row.GetInt64(1)), cancellationToken);
        metrics.CountRemoved(attachments);
        return new Gone(attachments, pieces, locked[^1]);
    }

    /// <param name="Last">The last of those that were locked, removed or not.</param>
    private readonly record struct Gone(long Attachments, long Pieces, Guid? Last);
}

/// <summary>How many rows an erasure removed.</summary>
internal sealed record ErasedAttachments(long Attachments, long Pieces, long Removals);

/// <summary>How many rows went with a session.</summary>
internal sealed record ErasedReferences(long Uses, long Attachments, long Pieces);
