using SessionService.Application.Idempotency;
using SessionService.Domain.Memories;

namespace SessionService.Application.Memories;

/// <summary>The memories of sessions in the database.</summary>
public interface IMemoryStore
{
    /// <summary>
    /// Creates or replaces the memory of a session, unless the key was used before. A replaced memory keeps its id and creation time.
    /// </summary>
    /// <param name="memory">Its <see cref="SessionMemory.TotalMessages"/> is taken from the session in the same statement.</param>
    Task<WriteMemoryResult> WriteAsync(SessionMemory memory, IdempotencyKey? key, CancellationToken cancellationToken);

    /// <summary>
    /// Stores an imported memory unchanged, unless its session has one already. A memory that the previous service had marked inactive is
    /// replaced. False if nothing was stored.
    /// </summary>
    Task<bool> ImportAsync(SessionMemory memory, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>The session with its memory; <see langword="null"/> when there is no such session.</summary>
    Task<SessionWithMemory?> FindAsync(string userId, Guid sessionId, CancellationToken cancellationToken);
}

/// <summary>The result of writing a memory.</summary>
/// <param name="Outcome">Whether it is stored, or why not.</param>
/// <param name="Memory">The stored memory, also when an earlier request with the same key stored it.</param>
/// <param name="IsFirst">Whether the session had none before.</param>
public sealed record WriteMemoryResult(WriteMemoryOutcome Outcome, SessionMemory? Memory = null, bool IsFirst = false);

public enum WriteMemoryOutcome
{
    Written,

    /// <summary>An earlier request with the same key wrote the memory.</summary>
    Replayed,

    SessionNotFound,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,
}

/// <summary>The memory of a session, if it has one, and the messages that the session holds now.</summary>
/// <param name="Memory">The memory.</param>
/// <param name="MessageCount">The number of messages of all branches, up to the first one in progress.</param>
/// <param name="HasBranches">Whether the conversation shows only some of them.</param>
public sealed record SessionWithMemory(SessionMemory? Memory, long MessageCount, bool HasBranches = false);
