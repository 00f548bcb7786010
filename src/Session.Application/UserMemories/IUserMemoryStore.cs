using SessionService.Application.Idempotency;
using SessionService.Application.Paging;
using SessionService.Domain.Errors;
using SessionService.Domain.UserMemories;

namespace SessionService.Application.UserMemories;

/// <summary>The memories of users in the database. Every operation reaches one user's rows only.</summary>
public interface IUserMemoryStore
{
    /// <summary>Stores new memories of one user, all of them or none, unless their key was used before.</summary>
    Task<CreateMemoriesResult> CreateAsync(IReadOnlyList<UserMemory> memories, IdempotencyKey? key, CancellationToken cancellationToken);

    Task<UserMemory?> FindAsync(string userId, Guid memoryId, CancellationToken cancellationToken);

    /// <summary>
    /// A page of the user's memories, newest first by creation, ties by id. After a cursor the page may have fewer memories where they are
    /// large.
    /// </summary>
    /// <param name="now">The time at which a memory must hold, where the filter asks for that.</param>
    Task<StreamedPage<UserMemory>> ListAsync(
        string userId,
        UserMemoryFilter filter,
        DateTimeOffset now,
        PageRange range,
        TimeCursor? cursor,
        CancellationToken cancellationToken);

    /// <summary>A page of a memory's versions, newest first; <see langword="null"/> when there is no such memory.</summary>
    Task<MemoryVersions?> ListVersionsAsync(string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a memory, applies a change, keeps the old state as a version, stores the new one and takes the key, in one transaction.
    /// <see langword="null"/> when there is no such memory, or when it was deleted since the key was used. Where the change returns an
    /// equal memory, only the key is taken. A key that was used before answers with the version that it led to.
    /// </summary>
    /// <exception cref="ServiceException">
    /// Thrown by <paramref name="change"/>, or the session that is named is not the user's, or the key belongs to another request; nothing
    /// is stored then.
    /// </exception>
    Task<Written<UserMemory>?> ChangeAsync(
        string userId, Guid memoryId, IdempotencyKey? key, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken);

    /// <summary>Stores an imported memory unchanged, whether or not its session exists. False where a memory has this id already.</summary>
    Task<bool> ImportAsync(UserMemory memory, CancellationToken cancellationToken);

    /// <summary>
    /// Stores an imported earlier version of a memory. False where this version exists already. <see langword="null"/> where the memory
    /// does not exist, its version is not later, or it is so much later that this version would not be kept.
    /// </summary>
    Task<bool?> ImportAsync(UserMemoryVersion version, CancellationToken cancellationToken);

    /// <summary>Removes a memory with its versions and takes the key, in one transaction.</summary>
    /// <param name="userId">The memory's user.</param>
    /// <param name="memoryId">The memory.</param>
    /// <param name="key">The client's key.</param>
    /// <param name="now">The time of the removal.</param>
    /// <param name="check">Sees the locked memory, and may refuse by an exception.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>Whether the key was used for this removal before; <see langword="null"/> when there is no such memory.</returns>
    Task<bool?> DeleteAsync(
        string userId,
        Guid memoryId,
        IdempotencyKey? key,
        DateTimeOffset now,
        Action<UserMemory> check,
        CancellationToken cancellationToken);
}

/// <summary>The result of creating memories.</summary>
/// <param name="Outcome">Whether they are stored, or why not.</param>
/// <param name="Memories">The stored memories, also when an earlier request with the same key stored them.</param>
/// <param name="Refused">The index of the memory that names a session or message that the user does not have.</param>
public sealed record CreateMemoriesResult(CreateMemoriesOutcome Outcome, IReadOnlyList<UserMemory> Memories, int Refused = 0);

public enum CreateMemoriesOutcome
{
    Created,

    /// <summary>An earlier request with the same key created the memories.</summary>
    Replayed,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,

    /// <summary>The user has no such session.</summary>
    SessionNotFound,

    /// <summary>The session has no message of that number.</summary>
    MessageNotFound,
}

/// <summary>A page of versions, the newest first.</summary>
/// <param name="CreatedAt">When the memory was created.</param>
/// <param name="Versions">The versions of the page, the current one among them, which are read while they are enumerated once.</param>
/// <param name="Total">How many versions are kept in all, the current one among them.</param>
public sealed record MemoryVersions(DateTimeOffset CreatedAt, IAsyncEnumerable<UserMemoryVersion> Versions, long Total);
