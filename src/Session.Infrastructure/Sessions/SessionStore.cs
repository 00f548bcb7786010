using Microsoft.EntityFrameworkCore;
using Npgsql;
using SessionService.Application.Idempotency;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Outbox;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Sessions;

internal sealed class SessionStore(
    SessionDbContext context,
    GroupWriter<Creation, bool> writer,
    IdempotencyRecords records,
    ISessionIds ids,
    TotalsOwner totals,
    SessionAnnouncer announcer) : ISessionStore
{
    // By hand as the counts are, for ON CONFLICT.
    private static readonly string AddToActive = StatisticsSql.AddOf("{0}", activeSessions: "{1}");

    private static readonly Func<SessionDbContext, string, Guid, CancellationToken, Task<SessionSummaryResponse?>> Summary =
        EF.CompileAsyncQuery((SessionDbContext context, string userId, Guid sessionId, CancellationToken _) => context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => new SessionSummaryResponse
            {
                SessionId = s.SessionId,
                UserId = s.UserId,
                Status = s.Status.Name(),
                IsActive = s.Status.IsActive(),
                MessageCount = s.MessageCount,
                VisibleMessages = s.MessageCount - s.HiddenMessages,
                TotalTokens = s.TotalTokens,
                TotalCost = s.TotalCost,
                HasMemory = context.Memories.Any(m => m.UserId == userId && m.SessionId == sessionId && m.IsActive),
                CreatedAt = s.CreatedAt,
                LastActivity = s.LastActivity,
            })
            .SingleOrDefault());

    public async Task<CreateResult> CreateAsync(
        Session session, bool hasOwnId, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (await writer.WriteAsync(new Creation(session, hasOwnId, key), cancellationToken))
        {
            announcer.Announce(session.UserId, session.SessionId);
            return new CreateResult(CreateOutcome.Created, session);
        }

        // Looked for after the statement: while that waited for the id, the same request may have made the session.
        if (key is not null && await records.FindAsync(session.UserId, key, cancellationToken) is { } record)
        {
            if (!record.IsOf(key.RequestHash))
            {
                return new CreateResult(CreateOutcome.KeyReused, session);
            }

            // The same request gave the same time, which counted as the time of writing where it was ahead of that.
            DateTimeOffset? givenTime = session.CreatedAt < session.UpdatedAt ? session.CreatedAt : null;
            var made = Session.Start(
                session.UserId,
                record.SessionId,
                session.Title,
                session.ConversationData,
                session.Metadata,
                record.CreatedAt,
                givenTime < record.CreatedAt ? givenTime : null);
            return new CreateResult(CreateOutcome.Replayed, made);
        }

        return new CreateResult(CreateOutcome.IdTaken, session);
    }

    public Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions.AsNoTracking().SingleOrDefaultAsync(s => s.UserId == userId && s.SessionId == sessionId, cancellationToken);

    public Task<string?> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken) =>
        ids.FindOwnerAsync(context, sessionId, cancellationToken);

    public Task<SessionSummaryResponse?> FindSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        Summary(context, userId, sessionId, cancellationToken);

    public Task<Session?> ChangeAsync(string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken) =>
        announcer.AfterAsync(
            context.InTransactionAsync(
                () => ChangeLockedAsync(
                    context,
                    totals,
                    userId,
                    sessionId,
                    session =>
                    {
                        change(session);
                        return Task.CompletedTask;
                    },
                    cancellationToken),
                cancellationToken),
            userId,
            sessionId);

    /// <summary>Does the same in a transaction of the context, with a change that writes to other tables too.</summary>
    /// <param name="context">The context.</param>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the change.</param>
    /// <param name="news">What webhooks are told, asked after the change; without it, that the session was updated.</param>
    internal static async Task<Session?> ChangeLockedAsync(
        SessionDbContext context,
        TotalsOwner totals,
        string userId,
        Guid sessionId,
        Func<Session, Task> change,
        CancellationToken cancellationToken,
        Func<(string Type, string Data)>? news = null)
    {
        // By hand for FOR NO KEY UPDATE.
        var session = await context.Sessions
            .FromSql($"SELECT * FROM dev.sessions WHERE user_id = {userId} AND session_id = {sessionId} FOR NO KEY UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (session is null)
        {
            return null;
        }

        var (wasActive, status, wasStarred, changes) = (session.IsActive, session.Status, session.IsStarred, session.Changes);
        await change(session);
        await context.SaveChangesAsync(cancellationToken);
        if (session.Changes != changes)
        {
            var (type, data) = news?.Invoke() ?? (WebhookEvents.SessionUpdated, "{}");
            var sql = new Sql((NpgsqlConnection)context.Database.GetDbConnection());
            await SessionOutbox.TellAsync(sql, userId, sessionId, type, session.ChangedAt, cancellationToken, data);
        }

        // In this order, as a creation does, so that the two never wait for each other in a circle.
        if (session.Status != status || session.IsStarred != wasStarred)
        {
            await context.Database.ExecuteSqlRawAsync(
                SessionCountsSql.Move, [userId, status.Name(), wasStarred, session.Status.Name(), session.IsStarred], cancellationToken);
        }

        if (session.IsActive != wasActive)
        {
            await context.Database.ExecuteSqlRawAsync(
                AddToActive, [totals.Of(userId), session.IsActive ? 1L : -1L], cancellationToken);
        }

        return session;
    }
}
