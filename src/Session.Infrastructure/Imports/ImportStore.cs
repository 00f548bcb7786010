using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Imports;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Branches;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Configurations;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Imports;

internal sealed class ImportStore(
    Database database,
    MessageReplays messages,
    IAppendInTransaction appends,
    ISessionIds ids,
    TotalsOwner totals,
    SessionAnnouncer announcer) : IImportStore
{
    // By hand for ON CONFLICT: the database decides whether an id is taken. In the order of the ids, so that two imports never wait for
    // each other in a circle.
    private const string AddSessions =
        """
        INSERT INTO dev.sessions
            (user_id, session_id, status, title, conversation_data, metadata, session_summary,
             message_count, total_tokens, total_cost, created_at, updated_at, last_activity,
             archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence,
             copied_messages, copied_tokens, copied_cost, current_branch, hidden_messages,
             is_digested, digested_messages, digested_cost, digested_activity, changed_at, backfilled_at)
        SELECT $1, session_id, status, title, conversation_data, metadata, session_summary,
               messages, tokens, cost, created_at, updated_at, last_activity,
               archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence,
               0, 0, 0, current_branch, hidden, messages = 0, 0, 0, last_activity, used_at, used_at
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
            AS i (session_id, status, title, conversation_data, metadata, session_summary, messages, tokens, cost, created_at, updated_at,
                  last_activity, archived_at, starred_at, used_at, forked_from_session_id, forked_from_sequence,
                  current_branch, hidden)
        ORDER BY session_id
        ON CONFLICT DO NOTHING
        RETURNING session_id
        """;

    private const string AddItems =
        """
        INSERT INTO dev.conversation_items (user_id, session_id, sequence, item_id)
        SELECT $1, session_id, sequence, item_id FROM unnest($2, $3, $4) AS i (session_id, sequence, item_id)
        """;

    private const string FindSessions = "SELECT session_id FROM dev.sessions WHERE user_id = $1 AND session_id = ANY ($2)";

    private const string RemoveSessions = "DELETE FROM dev.sessions WHERE user_id = $1 AND session_id = ANY ($2)";

    public async Task<KnownIds> FindAsync(
        string userId, Guid[] sessionIds, Guid[] messageIds, CancellationToken cancellationToken)
    {
        var sessions = await database.ReadAsync(
            sql => sql.Statement(FindSessions, userId, sessionIds).ListAsync(row => row.GetGuid(0), cancellationToken), cancellationToken);
        return new KnownIds(sessions.ToHashSet(), await messages.FindTakenAsync(userId, messageIds, cancellationToken));
    }

    public async Task<bool> TryAddAsync(
        string userId, IReadOnlyList<NewSession> sessions, bool isDryRun, CancellationToken cancellationToken)
    {
        try
        {
            return await database.InTransactionAsync(
                sql => AddAsync(sql, userId, sessions, isDryRun, cancellationToken), cancellationToken);
        }
        catch (PostgresException exception)
            when (DatabaseFaults.IsRace(exception) || DatabaseFaults.IsViolationOf(AttachmentUseConfiguration.ToAttachments, exception))
        {
            // Another import stored a message of the same id meanwhile, or an attachment was removed.
            return false;
        }
    }

    public Task<ImportTarget?> FindTargetAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        database.ReadAsync(sql => ImportedPaths.FindAsync(sql, userId, sessionId, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<SessionMessage>> FindMessagesAsync(string userId, Guid[] ids, CancellationToken cancellationToken) =>
        await messages.FindAsync(userId, ids, cancellationToken);

    public async Task<ImportAppended> AppendAsync(ImportAppend append, CancellationToken cancellationToken)
    {
        try
        {
            return await announcer.AfterAsync(
                database.InTransactionAsync(sql => AppendAsync(sql, append, cancellationToken), cancellationToken),
                append.Place.UserId,
                append.Place.SessionId,
                result => result.Outcome == ImportAppendOutcome.Appended);
        }
        catch (PostgresException exception) when (DatabaseFaults.IsViolationOf(AttachmentUseConfiguration.ToAttachments, exception))
        {
            return new ImportAppended(ImportAppendOutcome.AttachmentNotFound);
        }
        catch (PostgresException exception) when (DatabaseFaults.IsRace(exception))
        {
            return new ImportAppended(ImportAppendOutcome.MessageIdTaken);
        }
    }

    public Task<BranchOutcome> AddBranchAsync(
        ImportPlace place, ImportedBranch branch, bool isDryRun, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            sql => new BranchImport(sql, place).AddAsync(branch, isDryRun, cancellationToken), cancellationToken);

    private async Task<ImportAppended> AppendAsync(Sql sql, ImportAppend append, CancellationToken cancellationToken)
    {
        var branches = new BranchImport(sql, append.Place);
        if (!await branches.LockAsync(cancellationToken))
        {
            return new ImportAppended(ImportAppendOutcome.SessionNotFound);
        }

        var write = new Append
        {
            UserId = append.Place.UserId,
            SessionId = append.Place.SessionId,
            Messages = [.. append.Messages.Select(message => new NewMessage(message, HasOwnId: true, HasOwnTime: true))],
            Now = null,
            ImportedAt = append.Place.Now,
        };
        var appended = await appends.ExecuteInTransactionAsync(sql.Connection, [write], cancellationToken);
        if (appended[0].FirstSequence is not { } first)
        {
            return new ImportAppended(ImportAppendOutcome.MessageIdTaken);
        }

        return new ImportAppended(
            ImportAppendOutcome.Appended, first, await branches.PlaceAsync(first, append.IsOffPath, cancellationToken));
    }

    private async Task<bool> AddAsync(
        Sql sql, string userId, IReadOnlyList<NewSession> sessions, bool isDryRun, CancellationToken cancellationToken)
    {
        var rows = sessions.Select(Row.Of).ToList();
        var added = await sql
            .Statement(
                AddSessions,
                userId,
                SqlValue.Column(rows, r => r.Session.SessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(rows, r => r.Session.Status.Name(), NpgsqlDbType.Text),
                SqlValue.Column(rows, r => r.Session.Title, NpgsqlDbType.Text),
                SqlValue.Column(rows, r => r.Session.ConversationData, NpgsqlDbType.Jsonb),
                SqlValue.Column(rows, r => r.Session.Metadata, NpgsqlDbType.Jsonb),
                SqlValue.Column(rows, r => r.Session.SessionSummary, NpgsqlDbType.Text),
                SqlValue.Column(rows, r => r.Messages, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, r => r.Tokens, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, r => r.Cost, NpgsqlDbType.Numeric),
                SqlValue.Column(rows, r => r.Session.CreatedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.UpdatedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.LastActivity, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.ArchivedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.StarredAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.UsedAt, NpgsqlDbType.TimestampTz),
                SqlValue.Column(rows, r => r.Session.ForkedFromSessionId, NpgsqlDbType.Uuid),
                SqlValue.Column(rows, r => r.Session.ForkedFromSequence, NpgsqlDbType.Bigint),
                SqlValue.Column(rows, r => r.CurrentBranch, NpgsqlDbType.Integer),
                SqlValue.Column(rows, r => r.Hidden, NpgsqlDbType.Bigint))
            .ListAsync(row => row.GetGuid(0), cancellationToken);
        var taken = await ids.TakeAsync(sql, userId, added, cancellationToken);
        if (isDryRun || taken.Count < sessions.Count)
        {
            // Nobody else has seen them.
            await sql.Statement(RemoveSessions, userId, added.ToArray()).ExecuteAsync(cancellationToken);
            await ids.FreeAsync(sql, userId, taken, cancellationToken);
            return taken.Count == sessions.Count;
        }

        await CopyAsync(sql.Connection, sessions, cancellationToken);
        await AddItemsAsync(sql, userId, sessions, cancellationToken);
        await AddUsesAsync(sql, userId, sessions, cancellationToken);
        await ImportedBranchRows.AddAsync(sql, userId, sessions, cancellationToken);
        await SessionTotal.AddAsync(
            sql,
            totals,
            userId,
            rows.ConvertAll(row => new SessionTotal(
                row.Session.Status.Name(), row.Session.IsStarred, Sessions: 1, row.Messages, row.Tokens, row.Cost)),
            cancellationToken);
        await SessionOutbox.TellAsync(
            sql,
            userId,
            [.. added],
            WebhookEvents.SessionCreated,
            sessions[0].Session.UsedAt ?? sessions[0].Session.UpdatedAt,
            cancellationToken);
        return true;
    }

    private static async Task AddItemsAsync(
        Sql sql, string userId, IReadOnlyList<NewSession> sessions, CancellationToken cancellationToken)
    {
        var items = sessions.SelectMany(session => session.Messages).Where(message => message.ItemId is not null).ToList();
        if (items.Count > 0)
        {
            await sql
                .Statement(
                    AddItems,
                    userId,
                    SqlValue.Column(items, item => item.SessionId, NpgsqlDbType.Uuid),
                    SqlValue.Column(items, item => item.Sequence, NpgsqlDbType.Bigint),
                    SqlValue.Column(items, item => item.ItemId, NpgsqlDbType.Text))
                .ExecuteAsync(cancellationToken);
        }
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, IReadOnlyList<NewSession> sessions, CancellationToken cancellationToken)
    {
        await using var copy = await MessageCopy.BeginAsync(connection, cancellationToken);
        foreach (var message in sessions.SelectMany(session => session.Messages))
        {
            await copy.WriteAsync(message.UserId, message.SessionId, message.ToRow(), cancellationToken);
        }

        await copy.CompleteAsync(cancellationToken);
    }

    private static Task AddUsesAsync(
        Sql sql, string userId, IReadOnlyList<NewSession> sessions, CancellationToken cancellationToken)
    {
        var uses = sessions
            .SelectMany(session => session.Messages)
            .SelectMany(message => PartFiles.ReferencesIn(message.Parts).Select(id => (message.SessionId, message.Sequence, id)))
            .ToList();
        return AttachmentUses.AddAsync(sql, userId, uses, cancellationToken);
    }

    /// <summary>A session with the totals of its messages.</summary>
    private readonly record struct Row(Session Session, long Messages, long Tokens, decimal Cost, int? CurrentBranch, long Hidden)
    {
        public static Row Of(NewSession added) => new(
            added.Session,
            added.Messages.Count,
            added.Messages.Sum(message => (long)message.TokensUsed),
            added.Messages.Sum(message => message.CostUsd),
            added.CurrentBranch,
            added.Branches.Where(branch => branch.BranchId == added.CurrentBranch).Sum(branch => added.Messages.Count - branch.Path.Count));
    }
}
