using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using SessionService.Application.Paging;
using SessionService.Application.Sessions;
using SessionService.Domain.Sessions;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Sessions;

internal sealed class SessionStore(SessionDbContext context, NpgsqlDataSource dataSource) : ISessionStore
{
    // Whoever holds the id, the database decides: a look-up before the insert would race.
    internal static readonly string Add =
        $"""
        WITH added AS (
            INSERT INTO dev.sessions
                (user_id, session_id, status, conversation_data, metadata, session_summary,
                 message_count, total_tokens, total_cost, created_at, updated_at, last_activity)
            VALUES ($1, $2, $3, $4, $5, $6, 0, 0, 0, $7, $7, $7)
            ON CONFLICT DO NOTHING
            RETURNING session_id),
        counted AS (
            {StatisticsSql.Add("added", sessions: "1", activeSessions: "1")})
        SELECT EXISTS (SELECT FROM added)
        """;

    private static readonly string AddToActive =
        StatisticsSql.Add("(SELECT) AS one", activeSessions: "{0}");

    public async Task<bool> TryAddAsync(Session session, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Add, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = session.UserId },
                new NpgsqlParameter<Guid> { TypedValue = session.SessionId },
                new NpgsqlParameter<string> { TypedValue = session.Status.Name() },
                new NpgsqlParameter<string> { TypedValue = session.ConversationData, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = session.Metadata, NpgsqlDbType = NpgsqlDbType.Jsonb },
                new NpgsqlParameter<string> { TypedValue = session.SessionSummary },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = session.CreatedAt },
            },
        };
        await command.PrepareAsync(cancellationToken);
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    public Task<Session?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        context.Sessions.AsNoTracking()
            .SingleOrDefaultAsync(s => s.UserId == userId && s.SessionId == sessionId, cancellationToken);

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
        var sessions = context.Sessions.AsNoTracking().Where(s => s.UserId == userId);
        if (filter.Status is { } status)
        {
            sessions = sessions.Where(s => s.Status == status);
        }

        if (filter.ActiveOnly)
        {
            sessions = sessions.Where(s => s.Status == SessionStatus.Active || s.Status == SessionStatus.Completed);
        }

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

        await transaction.CommitAsync(cancellationToken);
        return session;
    }
}
