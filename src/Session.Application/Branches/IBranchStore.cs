using SessionService.Application.Idempotency;
using SessionService.Application.Messages;
using SessionService.Application.Preconditions;
using SessionService.Domain.Errors;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Branches;

/// <summary>The branches of sessions in the database.</summary>
public interface IBranchStore
{
    /// <summary>The most branches of a session.</summary>
    const int MaxBranches = 10_000;

    /// <summary>
    /// The most bytes that the paths of a session take, compressed as they are stored: some hundred thousand ranges of numbers.
    /// </summary>
    const long MaxPathBytes = 8 * 1024 * 1024;

    /// <summary>
    /// Begins a new branch with the messages of the current one up to a number, and makes the new branch the current one. Nothing changes
    /// where the number is that of the last message.
    /// </summary>
    /// <exception cref="NotFoundException">The user has no such session.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    /// <exception cref="InvalidFieldException">The current branch has no message of this number.</exception>
    /// <exception cref="ConflictException">The session has ended or has too many branches, or the key is another request's.</exception>
    Task<Written<BranchChange>> RewindAsync(
        string userId,
        Guid sessionId,
        long toSequence,
        Precondition precondition,
        IdempotencyKey? key,
        DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>Makes a branch the current one.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or the session no such branch.</exception>
    /// <exception cref="PreconditionFailedException">The session is not as the request demands.</exception>
    /// <exception cref="ConflictException">The session has ended, or the key is another request's.</exception>
    Task<Written<BranchChange>> ActivateAsync(
        string userId,
        Guid sessionId,
        int branchId,
        Precondition precondition,
        IdempotencyKey? key,
        DateTimeOffset now,
        CancellationToken cancellationToken);

    /// <summary>Names a branch, or takes its name away.</summary>
    /// <exception cref="NotFoundException">The user has no such session, or the session no such branch.</exception>
    Task<BranchResponse> RenameAsync(
        string userId, Guid sessionId, int branchId, RenameBranchRequest request, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>All branches in the order in which they were made; <see langword="null"/> when there is no such session.</summary>
    Task<IReadOnlyList<BranchResponse>?> ListAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// The path of a branch, or of the current one, without the numbers to come. It ends before the first message in progress, unless
    /// those are asked for. <see langword="null"/> when there is no such branch.
    /// </summary>
    Task<MessagePath?> FindPathAsync(
        string userId, Guid sessionId, int? branchId, CancellationToken cancellationToken, bool showsOpen = false);

    /// <summary>All numbers before the first message in progress; <see langword="null"/> when there is no such session.</summary>
    Task<MessagePath?> FindAllAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>After which message each message of the session was written.</summary>
    Task<MessageParents> ReadParentsAsync(string userId, Guid sessionId, CancellationToken cancellationToken);
}

/// <summary>What changed the current branch.</summary>
/// <param name="Session">The session as it is now.</param>
/// <param name="BranchId">The current branch since then.</param>
/// <param name="PreviousBranchId">The current branch before; the same where nothing changed.</param>
public sealed record BranchChange(Session Session, int BranchId, int PreviousBranchId);
