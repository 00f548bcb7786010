using SessionService.Application.Erasure;
using SessionService.Application.Preconditions;
using SessionService.Application.Time;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Erasure;

/// <summary>Counts and removes a session with all that belongs to it.</summary>
/// <remarks>By hand: tables by name, and FOR UPDATE.</remarks>
internal sealed class SessionDataStore(
    Database database,
    SearchSegments index,
    UnusedAttachments attachments,
    ObjectRemovals removals,
    TotalsOwner totals,
    ISessionIds ids,
    SessionAnnouncer announcer,
    TimeProvider time)
    : ISessionDataStore
{
    private const string Find = "SELECT message_count FROM dev.sessions WHERE user_id = $1 AND session_id = $2";

    private static readonly string Count =
        $"SELECT {string.Join(
            ", ",
            UserTables.OfSession.Select(table => $"(SELECT count(*) FROM dev.{table} WHERE user_id = $1 AND session_id = $2)"))}";

    // A writer that waits for the session finds it gone.
    private const string Lock =
        """
        SELECT revision, created_at, greatest(last_activity, updated_at, used_at)
        FROM dev.sessions
        WHERE user_id = $1 AND session_id = $2
        FOR UPDATE
        """;

    public Task<UserDataCounts> CountAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        database.ReadSnapshotAsync(sql => CountAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    public async Task<UserDataCounts> EraseAsync(
        string userId, Guid sessionId, Precondition precondition, CancellationToken cancellationToken)
    {
        var erased = await database.InTransactionAsync(
            sql => EraseAsync(sql, userId, sessionId, precondition, cancellationToken), cancellationToken);

        if (erased is not null)
        {
            announcer.Announce(userId, sessionId);
        }

        // Also where the session is not there: an earlier request may have erased it, and then not have reached the bucket.
        await removals.RemoveEndedAsync(userId, cancellationToken);
        return erased ?? throw SessionErrors.NotFound();
    }

    private async Task<UserDataCounts> CountAsync(Sql sql, string userId, Guid sessionId, CancellationToken cancellationToken)
    {
        var messages = await sql.Statement(Find, userId, sessionId).ValueAsync<long?>(cancellationToken) ?? throw SessionErrors.NotFound();
        var counts = await Statement(sql, Count, userId, sessionId).FirstAsync(
            row => Enumerable.Range(0, row.FieldCount).Select(row.GetInt64).ToList(), cancellationToken);
        var segments = await index.CountAsync(sql, userId, message => message.SessionId == sessionId, cancellationToken);
        var (unshared, pieces) = await UnusedAttachments.CountOfSessionAsync(sql, userId, sessionId, cancellationToken);
        return Counted(messages, UserTables.OfSession.Zip(counts!, KeyValuePair.Create), segments, unshared, pieces);
    }

    private async Task<UserDataCounts?> EraseAsync(
        Sql sql, string userId, Guid sessionId, Precondition precondition, CancellationToken cancellationToken)
    {
        // Whoever has no such session waits for nobody.
        if (await sql.Statement(Find, userId, sessionId).ValueAsync<long?>(cancellationToken) is null)
        {
            return null;
        }

        // Before the session, in the order of a digest, so that the two never wait for each other. The index is long work, for which no
        // append needs to wait.
        await index.LockAsync(sql, userId, cancellationToken);
        var segments = await index.RemoveAsync(sql, userId, message => message.SessionId == sessionId, cancellationToken);
        var session = await Statement(sql, Lock, userId, sessionId).FirstAsync(
            row => (
                Tag: Session.Tag(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1)),
                WrittenAt: row.GetFieldValue<DateTimeOffset>(2)),
            cancellationToken);
        if (session.Tag is null)
        {
            return null;
        }

        precondition.Demand(session.Tag, SessionErrors.Changed);
        var references = await attachments.RemoveOfSessionAsync(sql, userId, sessionId, session.WrittenAt, cancellationToken);
        var erased = await SessionErasure.EraseAsync(
            sql, totals, ids, userId, [sessionId], cancellationToken, toldAt: time.GetDatabaseNow());
        var rows = UserTables.OfSession.Select(table => KeyValuePair.Create(
            table, table == UserTables.AttachmentUses ? references.Uses : erased.Rows[table]));
        return Counted(erased.Messages, rows, segments, references.Attachments, references.Pieces);
    }

    private static UserDataCounts Counted(
        long messages, IEnumerable<KeyValuePair<string, long>> rows, long segments, long attachments, long pieces)
    {
        var all = new Dictionary<string, long>(rows, StringComparer.Ordinal)
        {
            [UserTables.SearchSegments] = segments,
            [UserTables.Attachments] = attachments,
            [UserTables.AttachmentPieces] = pieces,
        };
        return new UserDataCounts(Sessions: 1, messages, all);
    }

    private static SqlStatement Statement(Sql sql, string text, string userId, Guid sessionId) =>
        sql.Statement(text, userId, sessionId).Unprepared().WithTimeout(SessionErasure.StatementTimeout);
}
