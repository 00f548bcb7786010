using SessionService.Domain.Memories;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Exports;

/// <summary>Sessions on their way out of the service. Messages follow through <see cref="Messages.IMessageReader"/>.</summary>
public interface IExportReader
{
    /// <summary>A session with its memory as of one moment; <see langword="null"/> when there is no such session.</summary>
    Task<ExportedSession?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>All sessions of a user, the oldest first. Reads a few at a time, and holds no connection in between.</summary>
    IAsyncEnumerable<ExportedSession> ReadAsync(string userId, CancellationToken cancellationToken);
}

/// <summary>A session and its memory, if it has one.</summary>
public sealed record ExportedSession(Session Session, SessionMemory? Memory);
