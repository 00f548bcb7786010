using AutoMapper;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Archival;

/// <summary>Puts sessions away by hand, and takes them up again.</summary>
public sealed class ArchivalService(ISessionStore sessions, IMapper mapper, TimeProvider time)
{
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public Task<SessionResponse> ArchiveAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, session => session.Archive(time.GetDatabaseNow()), cancellationToken);

    /// <exception cref="NotFoundException">The user has no such session.</exception>
    public Task<SessionResponse> RestoreAsync(string userId, Guid sessionId, CancellationToken cancellationToken) =>
        ChangeAsync(userId, sessionId, session => session.Restore(time.GetDatabaseNow()), cancellationToken);

    private async Task<SessionResponse> ChangeAsync(string userId, Guid sessionId, Action<Session> change, CancellationToken cancellationToken)
    {
        var session = await sessions.ChangeAsync(userId, sessionId, change, cancellationToken) ?? throw SessionErrors.NotFound();
        return mapper.Map<SessionResponse>(session);
    }
}
