using SessionService.Application.Identity;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Exports;

/// <summary>Finds what is to be exported.</summary>
public sealed class ExportsService(IExportReader sessions, CallerAccess access)
{
    /// <exception cref="NotFoundException">There is no such session for the caller.</exception>
    public async Task<ExportedSession> FindAsync(Guid sessionId, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await access.OwnerAsync(caller, sessionId, cancellationToken);
        return await sessions.FindAsync(owner, sessionId, cancellationToken) ?? throw SessionErrors.NotFound();
    }

    /// <summary>All sessions of a user, read as they are asked for.</summary>
    public IAsyncEnumerable<ExportedSession> ReadAsync(string userId, CancellationToken cancellationToken) =>
        sessions.ReadAsync(userId, cancellationToken);
}
