using SessionService.Application.Idempotency;
using SessionService.Domain.Memories;

namespace SessionService.Application.Memories;

/// <summary>The memories of sessions in the database.</summary>
public interface IMemoryStore
{
    /// <summary>
    /// Creates or replaces the memory of its session, keeping the id and the creation time that it has, unless the key was used before.
    /// </summary>
    /// <param name="memory">Its <see cref="SessionMemory.TotalMessages"/> is taken from the session in the same statement.</param>
    Task<WriteMemoryResult> WriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a memory back as it was, unless its session has one; one that the previous service had put away gives way. False where nothing
    /// was stored.
    /// </summary>
    Task<bool> ImportAsync(SessionMemory memory, CancellationToken cancellationToken);

    /// <summary>The session with its memory; <see langword="null"/> when there is no such session.</summary>
    Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);
}

/// <summary>What became of a memory to write.</summary>
/// <param name="Outcome">Whether it is stored, or why not.</param>
/// <param name="Memory">The memory as stored, now or by the request that this one repeats.</param>
/// <param name="IsFirst">Whether the session had none before.</param>
public sealed record WriteMemoryResult(WriteMemoryOutcome Outcome, SessionMemory? Memory = null, bool IsFirst = false);

public enum WriteMemoryOutcome
{
    Written,

    /// <summary>It was written by an earlier request, which this one repeats.</summary>
    Replayed,

    SessionNotFound,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}

/// <summary>The memory of a session, if it has one, and the messages that the session holds now.</summary>
public sealed record SessionWithMemory(SessionMemory? Memory, long MessageCount);
