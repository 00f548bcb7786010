using AutoMapper;
using SessionService.Application.Idempotency;
using SessionService.Application.Identity;
using SessionService.Application.Paging;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Identity;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Creates, reads, changes and ends sessions.</summary>
public sealed class SessionsService(ISessionStore sessions, CallerAccess access, IMapper mapper, TimeProvider time)
{
    /// <exception cref="ForbiddenException">The request names another user than the caller.</exception>
    /// <exception cref="ConflictException">The id is taken, or the key was used for another request.</exception>
    public async Task<Written<SessionResponse>> CreateAsync(
        CreateSessionRequest request, string? idempotencyKey, Caller caller, CancellationToken cancellationToken)
    {
        var owner = UserIds.Normalize(request.UserId) is { } userId
            ? CallerAccess.ActFor(caller, userId)
            : caller.UserId ?? throw new InvalidOperationException("A validated request names its user.");
        var now = time.GetDatabaseNow();
        var session = Session.Start(
            owner,
            request.SessionId ?? Guid.CreateVersion7(now),
            request.ConversationData?.Value,
            request.Metadata?.Value,
            now);

        var key = IdempotencyKey.Of(idempotencyKey, "create_session", request);
        var result = await sessions.CreateAsync(session, key, cancellationToken);
        return result.Outcome switch
        {
            CreateOutcome.Created or CreateOutcome.Replayed =>
                new Written<SessionResponse>(mapper.Map<SessionResponse>(result.Session), result.Outcome == CreateOutcome.Replayed),
            CreateOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            _ => throw SessionErrors.IdTaken(),
        };
    }

    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public async Task<SessionResponse> GetAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var session = await sessions.FindAsync(owner, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
        return mapper.Map<SessionResponse>(session);
    }

    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public async Task<SessionSummaryResponse> GetSummaryAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        return await sessions.FindSummaryAsync(owner, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
    }

    public async Task<SessionListResponse> ListAsync(string userId, ListSessionsQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListSessionsQuery.DefaultPageSize);
        var filter = query.ToFilter();
        var page = await sessions.ListAsync(userId, filter, range, query.ToCursor(filter), cancellationToken);
        return new SessionListResponse
        {
            Sessions = mapper.Map<List<SessionResponse>>(page.Items),
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
            NextCursor = page.HasMore ? SessionCursor.After(page.Items[^1]).ToText(filter) : null,
        };
    }

    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    /// <exception cref="ConflictException">The status may not change so.</exception>
    public async Task<SessionResponse> UpdateAsync(
        Guid sessionId, UpdateSessionRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var changes = new SessionChanges(
            request.Status is null ? null : SessionStatuses.Parse(request.Status),
            request.ConversationData?.Value,
            request.Metadata?.Value,
            request.SessionSummary,
            request.LastActivity?.ToDatabaseTime());
        var session = await ChangeAsync(sessionId, caller, s => s.Update(changes, time.GetDatabaseNow()), cancellationToken);
        return mapper.Map<SessionResponse>(session);
    }

    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public Task EndAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(sessionId, caller, s => s.End(time.GetDatabaseNow()), cancellationToken);

    private async Task<Session> ChangeAsync(Guid sessionId, Caller caller, Action<Session> change, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        return await sessions.ChangeAsync(owner, sessionId, change, cancellationToken) ?? throw SessionErrors.NotFound();
    }
}
