using Microsoft.EntityFrameworkCore;
using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;
using SessionService.Infrastructure.Writes;

namespace SessionService.Infrastructure.Sessions;

internal sealed class SessionStore(SessionDbContext context, GroupWriter<Creation, bool> writer, IdempotencyRecords records) : ISessionStore
{
    // Compiled once: to find its way from the expression to the statement takes EF longer than the rest of its work.
    private static readonly Func<SessionDbContext, string, Guid, CancellationToken, Task<Session?>> Find =
        EF.CompileAsyncQuery((SessionDbContext context, string userId, Guid sessionId, CancellationToken cancellationToken) =>
            context.Sessions.AsNoTracking().SingleOrDefault(s => s.UserId == userId && s.SessionId == sessionId));

    private static readonly string AddToActive =
        StatisticsSql.Add("(SELECT) AS one", activeSessions: "{0}");

    public async Task<CreateResult> CreateAsync(Session session, IdempotencyKey? key, CancellationToken cancellationToken)
    {
        if (await writer.WriteAsync(new Creation(session, key), cancellationToken))
        {
            return new CreateResult(CreateOutcome.Created, session);
        }

        // Asked after the statement, of what is committed by now: while that waited for the id, the same request may have made the session.
        if (key is not null && await records.FindAsync(session.UserId, key, cancellationToken) is { } record)
        {
            return record.IsOf(key.RequestHash)
                ? new CreateResult(
                    CreateOutcome.Replayed,
                    Session.Start(session.UserId, record.SessionId, session.ConversationData, session.Metadata, record.CreatedAt))
                : new CreateResult(CreateOutcome.KeyReused, session);
        }

        return new CreateResult(CreateOutcome.IdTaken, session);
    }

    public Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        Find(context, userId, sessionId, cancellationToken);

    public Task<string?> FindOwnerAsync(Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.SessionId == sessionId)
            .Select(s => s.UserId)
            .SingleOrDefaultAsync(cancellationToken);

    public Task<SessionSummaryResponse?> FindSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions
            .Where(s => s.UserId == userId && s.SessionId == sessionId)
            .Select(s => new SessionSummaryResponse
            {
                SessionId = s.SessionId,
                UserId = s.UserId,
                Status = s.Status.Name(),
                IsActive = s.Status.IsActive(),
                MessageCount = s.MessageCount,
                TotalTokens = s.TotalTokens,
                TotalCost = s.TotalCost,
                HasMemory = context.Memories.Any(m => m.UserId == s.UserId && m.SessionId == s.SessionId && m.IsActive),
                CreatedAt = s.CreatedAt,
                LastActivity = s.LastActivity,
            })
            .SingleOrDefaultAsync(cancellationToken);

    public async Task<Paged<Session>> ListAsync(
        string userId, SessionFilter filter, PageRange range, SessionCursor? cursor, CancellationToken cancellationToken)
    {
        var sessions = context.Sessions.AsNoTracking().Where(s => s.UserId == userId).Matching(filter);

        // One snapshot: the total and the page tell of the same moment.
        await using var transaction = await context.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var total = await sessions.LongCountAsync(cancellationToken);
        if (range.Skip >= total)
        {
            return new Paged<Session>([], total, HasMore: false);
        }

        // A row value is compared as the index is ordered, so the database goes straight to the place.
        if (cursor is { } after)
        {
            sessions = sessions.Where(s => EF.Functions.LessThan(
                ValueTuple.Create(s.CreatedAt, s.SessionId), ValueTuple.Create(after.CreatedAt, after.SessionId)));
        }

        // One more than is asked for tells whether there are more.
        var page = await sessions
            .OrderByDescending(s => s.CreatedAt).ThenByDescending(s => s.SessionId)
            .Skip((int)range.Skip).Take(range.Size + 1)
            .ToListAsync(cancellationToken);
        var hasMore = page.Count > range.Size;
        return new Paged<Session>(hasMore ? page[..range.Size] : page, total, hasMore);
    }

    public async Task<Session?> ChangeAsync(
        string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken)
    {
        await using var transaction = await context.Database.BeginTransactionAsync(cancellationToken);
        var session = await context.Sessions
            .FromSql($"SELECT * FROM dev.sessions WHERE user_id = {userId} AND session_id = {sessionId} FOR NO KEY UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (session is null)
        {
            return null;
        }

        var wasActive = session.IsActive;
        change(session);
        await context.SaveChangesAsync(cancellationToken);
        if (session.IsActive != wasActive)
        {
            await context.Database.ExecuteSqlRawAsync(AddToActive, [session.IsActive ? 1L : -1L], cancellationToken);
        }

        return await UncertainWrite.CommitAsync(async () =>
        {
            await transaction.CommitAsync(cancellationToken);
            return session;
        });
    }
}
