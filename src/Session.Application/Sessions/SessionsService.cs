using AutoMapper;
using Microsoft.Extensions.Options;
using SessionService.Application.Idempotency;
using SessionService.Application.Identity;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Paging;
using SessionService.Application.Preconditions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Idempotency;
using SessionService.Domain.Identity;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Creates, reads, changes, archives and ends sessions.</summary>
public sealed class SessionsService(
    ISessionStore sessions, ISessionReader reader, IMapper mapper, IOptions<LimitOptions> limits, TimeProvider time)
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
            request.Title,
            request.ConversationData?.Value,
            request.Metadata?.Value,
            now,
            request.CreatedAt?.NoLaterThan(now));

        var key = IdempotencyKey.Of(idempotencyKey, "create_session", request);
        var result = await sessions.CreateAsync(session, request.SessionId is not null, key, cancellationToken);
        return result.Outcome switch
        {
            CreateOutcome.Created or CreateOutcome.Replayed =>
                new Written<SessionResponse>(mapper.Map<SessionResponse>(result.Session), result.Outcome == CreateOutcome.Replayed),
            CreateOutcome.KeyReused => throw IdempotencyErrors.KeyReused(),
            _ => throw SessionErrors.IdTaken(),
        };
    }

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<SessionResponse> GetAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        await reader.FindAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public async Task<SessionSummaryResponse> GetSummaryAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        await sessions.FindSummaryAsync(userId, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();

    public async Task<StreamedList<SessionListResponse, SessionResponse>> ListAsync(
        string userId, ListSessionsQuery query, CancellationToken cancellationToken)
    {
        var range = query.ToRange(ListSessionsQuery.DefaultPageSize);
        var filter = query.ToFilter();
        var page = await reader.ListAsync(userId, filter, range, query.ToCursor(filter), cancellationToken);
        var answer = new SessionListResponse
        {
            Sessions = [],
            Total = page.Total,
            Page = range.Page,
            PageSize = range.Size,
            NextCursor = page is { HasMore: true, Last: { } last } ? SessionCursor.After(last, filter.Sort).ToText(filter) : null,
        };
        return new StreamedList<SessionListResponse, SessionResponse>(answer, page.Items);
    }

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    /// <exception cref="ConflictException">The status may not change so.</exception>
    public Task<SessionResponse> UpdateAsync(
        string userId, Guid sessionId, UpdateSessionRequest request, Precondition precondition, CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var changes = new SessionChanges(
            request.Status is null ? null : SessionStatuses.Parse(request.Status),
            request.ConversationData?.Value,
            request.Metadata?.Value,
            request.SessionSummary,
            request.LastActivity?.NoLaterThan(now),
            request.Title);
        return ChangeAsync(userId, sessionId, precondition, s => s.Update(changes, now), cancellationToken);
    }

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    /// <exception cref="InvalidFieldException">What is there and the patch together are too large.</exception>
    public Task<SessionResponse> PatchAsync(
        string userId, Guid sessionId, PatchSessionRequest request, Precondition precondition, CancellationToken cancellationToken)
    {
        return ChangeAsync(userId, sessionId, precondition, Patch, cancellationToken);

        // Under the session's lock: another patch comes before this one, which merges into its outcome, or after.
        void Patch(Session found) => found.Update(
            SessionChanges.None with
            {
                Title = request.Title,
                RemovesTitle = request.Removes("title"),
                ConversationData = request.Merge(
                    "conversation_data", request.ConversationData, found.ConversationData, limits.Value.MaxJsonBytes),
                Metadata = request.MergeMetadata(found.Metadata, limits.Value.MaxJsonBytes),
            },
            time.GetDatabaseNow());
    }

    /// <summary>Adds or removes the session's star.</summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    public Task<SessionResponse> StarAsync(
        string userId, Guid sessionId, bool isStarred, Precondition precondition, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, precondition, s => s.Star(isStarred, time.GetDatabaseNow()), cancellationToken);

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public Task<SessionResponse> ArchiveAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, Precondition.None, s => s.Archive(time.GetDatabaseNow()), cancellationToken);

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public Task<SessionResponse> UnarchiveAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, Precondition.None, s => s.Restore(time.GetDatabaseNow()), cancellationToken);

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    public Task EndAsync(string userId, Guid sessionId, Precondition precondition, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, precondition, s => s.End(time.GetDatabaseNow()), cancellationToken);

    private async Task<SessionResponse> ChangeAsync(
        string userId, Guid sessionId, Precondition precondition, Action<Session> change, CancellationToken cancellationToken)
    {
        var session = await sessions.ChangeAsync(userId, sessionId, ChangeIfMet, cancellationToken) ?? throw SessionErrors.NotFound();
        return mapper.Map<SessionResponse>(session);

        void ChangeIfMet(Session found)
        {
            precondition.Demand(found.VersionTag, SessionErrors.Changed);
            change(found);
        }
    }
}
