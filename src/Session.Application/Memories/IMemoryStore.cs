using SessionService.Domain.Memories;

namespace SessionService.Application.Memories;

/// <summary>The memories of sessions in the database.</summary>
public interface IMemoryStore
{
    /// <summary>
    /// Creates or replaces the memory of its session, keeping the id and the creation time that it has;
    /// <see langword="null"/> when there is no such session.
    /// </summary>
    /// <param name="memory">Its <see cref="SessionMemory.TotalMessages"/> is taken from the session in the same statement.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    Task<WrittenMemory?> WriteAsync(SessionMemory memory, CancellationToken cancellationToken);

    /// <summary>The session with its memory; <see langword="null"/> when there is no such session.</summary>
    Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);
}

/// <summary>A memory as stored, and whether the session had none before.</summary>
public sealed record WrittenMemory(SessionMemory Memory, bool Created);

/// <summary>The memory of a session, if it has one, and the messages that the session holds now.</summary>
public sealed record SessionWithMemory(SessionMemory? Memory, long MessageCount);
