using SessionService.Application.Messages;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Imports;

/// <summary>Stores what is imported: new sessions many at once, and messages and branches of those that exist.</summary>
public interface IImportStore
{
    /// <summary>Which of these the user has.</summary>
    Task<KnownIds> FindAsync(string userId, Guid[] sessionIds, Guid[] messageIds, CancellationToken cancellationToken);

    /// <summary>
    /// Stores new sessions with their messages and branches and counts them in the statistics, in one transaction. False where an id is
    /// taken, by whomever: nothing is stored then.
    /// </summary>
    /// <param name="isDryRun">Whether to find out only.</param>
    Task<bool> TryAddAsync(
        string userId, IReadOnlyList<NewSession> sessions, bool isDryRun, CancellationToken cancellationToken);

    /// <summary>A session that exists; <see langword="null"/> when there is none.</summary>
    Task<ImportTarget?> FindTargetAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>The user's messages that have one of these ids, in whatever session.</summary>
    Task<IReadOnlyList<SessionMessage>> FindMessagesAsync(string userId, Guid[] ids, CancellationToken cancellationToken);

    /// <summary>
    /// Appends messages to a session, all or nothing. Where the conversation ends with the message that they follow, they go on with it.
    /// Otherwise they go on with the branch that ends there, or become a branch, and the conversation stays as it is. The session's lock
    /// decides: the same import, an append and a rewind at the same time have one outcome.
    /// </summary>
    /// <exception cref="ConflictException">The session would have too many branches, or a branch too many ranges of numbers.</exception>
    Task<ImportAppended> AppendAsync(ImportAppend append, CancellationToken cancellationToken);

    /// <summary>Adds a branch unless the session has it. The conversation stays as it is.</summary>
    /// <param name="place">Where the import stands in the session.</param>
    /// <param name="branch">The branch, with the numbers that its messages have in the session.</param>
    /// <param name="isDryRun">Whether to find out only.</param>
    /// <exception cref="ConflictException">The session would have too many branches, or the branch too many ranges of numbers.</exception>
    Task<BranchOutcome> AddBranchAsync(
        ImportPlace place, ImportedBranch branch, bool isDryRun, CancellationToken cancellationToken);
}

/// <summary>The ids that a user has.</summary>
public sealed record KnownIds(IReadOnlySet<Guid> Sessions, IReadOnlySet<Guid> Messages);

/// <summary>A session that is not stored yet, with its first messages, numbered from 1.</summary>
/// <param name="Branches">Its branches, with ids; none where all messages are the conversation.</param>
/// <param name="CurrentBranch">The one that is the conversation.</param>
public sealed record NewSession(
    Session Session, IReadOnlyList<SessionMessage> Messages, IReadOnlyList<ImportedBranch> Branches, int? CurrentBranch);

/// <summary>A session into which messages are imported.</summary>
/// <param name="MessageCount">How many messages it has.</param>
/// <param name="Path">Those that the conversation shows.</param>
/// <param name="OffBranches">Those that no branch has, such as removed ones.</param>
public sealed record ImportTarget(long MessageCount, MessagePath Path, MessagePath OffBranches);

/// <summary>Where an import stands in a session.</summary>
/// <param name="After">The number of the last message on the path of the imported conversation; 0 before the first.</param>
/// <param name="FileBranch">
/// The id of the branch that is the conversation where it comes from. A session without branches that has the same conversation gets it.
/// </param>
/// <param name="Now">The time of the import.</param>
public sealed record ImportPlace(string UserId, Guid SessionId, long After, int? FileBranch, DateTimeOffset Now);

/// <summary>Messages to append.</summary>
/// <param name="IsOffPath">For each message, whether the imported conversation does not show it.</param>
public sealed record ImportAppend(ImportPlace Place, IReadOnlyList<SessionMessage> Messages, IReadOnlyList<bool> IsOffPath);

/// <summary>What came of appending.</summary>
/// <param name="First">The number of the first message.</param>
/// <param name="BranchId">The branch that the messages are in, unless that is the conversation.</param>
public readonly record struct ImportAppended(ImportAppendOutcome Outcome, long First = 0, int? BranchId = null);

public enum ImportAppendOutcome
{
    Appended,
    SessionNotFound,

    /// <summary>A message_id is taken, perhaps by another import of the same file.</summary>
    MessageIdTaken,
    AttachmentNotFound,
}

public enum BranchOutcome
{
    Created,
    Unchanged,
    SessionNotFound,

    /// <summary>The session has no messages of these numbers.</summary>
    NoSuchMessages,
}
