using AutoMapper;
using SessionService.Application.Identity;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Archival;

/// <summary>Puts sessions away by hand, and takes them up again.</summary>
public sealed class ArchivalService(ISessionStore sessions, CallerAccess access, IMapper mapper, TimeProvider time)
{
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public Task<SessionResponse> ArchiveAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(sessionId, caller, session => session.Archive(time.GetDatabaseNow()), cancellationToken);

    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public Task<SessionResponse> RestoreAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken) =>
        ChangeAsync(sessionId, caller, session => session.Restore(time.GetDatabaseNow()), cancellationToken);

    private async Task<SessionResponse> ChangeAsync(Guid sessionId, Caller caller, Action<Session> change, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        var session = await sessions.ChangeAsync(owner, sessionId, change, cancellationToken) ?? throw SessionErrors.NotFound();
        return mapper.Map<SessionResponse>(session);
    }
}
