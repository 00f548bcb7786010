using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Deltas;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Attachments;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Deltas;

/// <summary>
/// Completes messages in progress under the session's lock, which appends and digests take too. So everybody sees the message in progress,
/// or whole and counted. Of two who complete a message the later one finds it closed.
/// </summary>
internal sealed class MessageClosing(SessionContexts contexts, SessionAnnouncer announcer)
{
    // By hand as the statistics are, for ON CONFLICT.
    private static readonly string CountTotals = StatisticsSql.Add("(SELECT 1) AS one", tokens: "$1", cost: "$2");

    public async Task<CloseResult> CloseAsync(Closing closing, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        var closed = await context.InTransactionAsync(
            async () =>
            {
                var result = new CloseResult(CloseOutcome.SessionNotFound);
                await SessionStore.ChangeLockedAsync(
                    context,
                    closing.UserId,
                    closing.SessionId,
                    async session => result = await CloseAsync(context, session, closing, cancellationToken),
                    cancellationToken,
                    news: () => (WebhookEvents.MessageCompleted, MessageNews.Of(result.Message!)));
                return result;
            },
            cancellationToken);
        if (closed.Outcome == CloseOutcome.Closed)
        {
            announcer.Announce(closing.UserId, closing.SessionId);
        }

        return closed;
    }

    private static async Task<CloseResult> CloseAsync(
        SessionDbContext context, Session session, Closing closing, CancellationToken cancellationToken)
    {
        var (userId, sessionId, sequence) = (closing.UserId, closing.SessionId, closing.Sequence);
        var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
        if (await IdempotencyRecords.FindAsync(context, userId, closing.Key, cancellationToken) is not null)
        {
            // It may be packed since, or redacted.
            return await MessageReader.FindAsync(sql, userId, [new(sessionId, sequence)], cancellationToken) is [var message]
                ? new CloseResult(CloseOutcome.Replayed, message)
                : new CloseResult(CloseOutcome.MessageNotFound);
        }

        if (session.OpenMessages?.Contains(sequence) != true)
        {
            return new CloseResult(
                sequence < 1 || sequence > session.MessageCount ? CloseOutcome.MessageNotFound : CloseOutcome.ClosedBefore);
        }

        // By hand for FOR UPDATE: a delta that is being written comes before, and a later one finds the message closed.
        var touchedAt = await context.OpenMessages
            .FromSql(
                $"""
                SELECT * FROM dev.open_messages
                WHERE user_id = {userId} AND session_id = {sessionId} AND sequence = {sequence}
                FOR UPDATE
                """)
            .Select(o => (DateTimeOffset?)o.TouchedAt)
            .SingleOrDefaultAsync(cancellationToken);
        if (touchedAt > closing.IfUntouchedSince)
        {
            return new CloseResult(CloseOutcome.Touched);
        }

        var closed = await WholeAsync(context, closing, cancellationToken);
        await context.Messages
            .Where(m => m.UserId == userId && m.SessionId == sessionId && m.Sequence == sequence)
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(m => m.Content, closed.Content)
                    .SetProperty(m => m.Parts, closed.Parts)
                    .SetProperty(m => m.Status, closed.Status)
                    .SetProperty(m => m.MessageType, closed.MessageType)
                    .SetProperty(m => m.Metadata, closed.Metadata)
                    .SetProperty(m => m.TokensUsed, closed.TokensUsed)
                    .SetProperty(m => m.CostUsd, closed.CostUsd),
                cancellationToken);
        await AttachmentUses.ReplaceAsync(
            sql, userId, sessionId, sequence, [.. PartFiles.ReferencesIn(closed.Parts)], cancellationToken);

        // Its deltas go with it.
        await context.OpenMessages
            .Where(o => o.UserId == userId && o.SessionId == sessionId && o.Sequence == sequence)
            .ExecuteDeleteAsync(cancellationToken);
        await sql.Statement(CountTotals, (long)closed.TokensUsed, closed.CostUsd).ExecuteAsync(cancellationToken);
        session.CloseMessage(sequence, closed.TokensUsed, closed.CostUsd, closing.Now);
        IdempotencyRecords.Take(context, userId, closing.Key, answer: "{}", closing.Now, sessionId);
        return new CloseResult(CloseOutcome.Closed, closed);
    }

    /// <summary>The message as it is when it is completed.</summary>
    private static async Task<SessionMessage> WholeAsync(
        SessionDbContext context, Closing closing, CancellationToken cancellationToken)
    {
        var (userId, sessionId, sequence) = (closing.UserId, closing.SessionId, closing.Sequence);
        var opened = await context.Messages.AsNoTracking()
            .SingleAsync(m => m.UserId == userId && m.SessionId == sessionId && m.Sequence == sequence, cancellationToken);
        var (content, parts) = closing.Content is { } given
            ? (given.Text, given.Parts)
            : GrownContent.Of(
                opened.Content,
                opened.Parts,
                await context.MessageDeltas
                    .Where(d => d.UserId == userId && d.SessionId == sessionId && d.Sequence == sequence)
                    .OrderBy(d => d.Index)
                    .Select(d => new Delta(d.Index, d.Text, d.Parts))
                    .ToListAsync(cancellationToken));
        return new SessionMessage
        {
            UserId = userId,
            SessionId = sessionId,
            Sequence = sequence,
            MessageId = opened.MessageId,
            Role = opened.Role,
            Content = content,
            Parts = parts,
            Name = opened.Name,
            Status = closing.Status,
            // A type other than the default was given by the client.
            MessageType = parts is not null && opened.MessageType == MessageTypes.Chat
                ? MessageParts.Read(parts).MessageType
                : opened.MessageType,
            Metadata = closing.Metadata ?? opened.Metadata,
            TokensUsed = closing.TokensUsed ?? opened.TokensUsed,
            CostUsd = closing.CostUsd ?? opened.CostUsd,
            CreatedAt = opened.CreatedAt,
        };
    }
}
