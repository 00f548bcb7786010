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

    /// <summary>A page of the user's memories, newest first by creation, ties by id; of those after the cursor, if there is one.</summary>
    /// <param name="now">What tells whether a memory still holds.</param>
    Task<Paged<UserMemory>> ListAsync(
        string userId,
        UserMemoryFilter filter,
        DateTimeOffset now,
        PageRange range,
        TimeCursor? cursor,
        CancellationToken cancellationToken);

    /// <summary>What a memory is and was, the newest version first; <see langword="null"/> when there is no such memory.</summary>
    Task<MemoryVersions?> ListVersionsAsync(string userId, Guid memoryId, PageRange range, CancellationToken cancellationToken);

    /// <summary>
    /// Locks a memory, applies a change, keeps what was there as a version and stores the outcome, in one transaction;
    /// <see langword="null"/> when there is no such memory. A change that changes nothing keeps and stores nothing.
    /// </summary>
    /// <exception cref="ServiceException">
    /// Thrown by <paramref name="change"/>, or the session that is named is not the user's; nothing is stored then.
    /// </exception>
    Task<UserMemory?> ChangeAsync(string userId, Guid memoryId, Func<UserMemory, UserMemory> change, CancellationToken cancellationToken);

    /// <summary>
    /// Puts a memory back as it was elsewhere or before, whatever became of the session that it came from; false where there is one of this
    /// id.
    /// </summary>
    Task<bool> ImportAsync(UserMemory memory, CancellationToken cancellationToken);

    /// <summary>
    /// Puts back what a memory was; false where this version is there. <see langword="null"/> where the memory is not, or has not come so
    /// far, or so far beyond that the version would not be kept.
    /// </summary>
    Task<bool?> ImportAsync(UserMemoryVersion version, CancellationToken cancellationToken);

    /// <summary>Removes a memory with its versions; false when there is none.</summary>
    /// <param name="check">May refuse, seeing the memory under its lock.</param>
    Task<bool> DeleteAsync(string userId, Guid memoryId, Action<UserMemory> check, CancellationToken cancellationToken);
}

/// <summary>What became of memories to create.</summary>
/// <param name="Outcome">Whether they are stored, or why not.</param>
/// <param name="Memories">The memories as they were made, now or before.</param>
/// <param name="Refused">The index of one that names what is not the user's.</param>
public sealed record CreateMemoriesResult(CreateMemoriesOutcome Outcome, IReadOnlyList<UserMemory> Memories, int Refused = 0);

public enum CreateMemoriesOutcome
{
    Created,

    /// <summary>They were created by an earlier request, which this one repeats.</summary>
    Replayed,

    /// <summary>The idempotency key belongs to another request.</summary>
    KeyReused,

    /// <summary>The user has no such session.</summary>
    SessionNotFound,

    /// <summary>The session has no message of that number.</summary>
    MessageNotFound,
}

/// <summary>A page of versions, the newest first.</summary>
/// <param name="Current">What the memory is.</param>
/// <param name="Earlier">What it was before: those of the page.</param>
/// <param name="Total">How many versions are kept in all, the current one among them.</param>
public sealed record MemoryVersions(UserMemory Current, IReadOnlyList<UserMemoryVersion> Earlier, long Total);
