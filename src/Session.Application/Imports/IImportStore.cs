using SessionService.Domain.Messages;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Imports;

/// <summary>Stores many new sessions at once. What is there already goes through the stores of sessions and messages.</summary>
public interface IImportStore
{
    /// <summary>Which of these the user has.</summary>
    Task<KnownIds> FindAsync(string userId, Guid[] sessionIds, Guid[] messageIds, CancellationToken cancellationToken);

    /// <summary>
    /// Stores new sessions with their messages and counts them in the statistics, in one transaction. False where an id is taken, by
    /// whomever: nothing is stored then.
    /// </summary>
    /// <param name="isDryRun">Whether to find out only.</param>
    Task<bool> TryAddAsync(
        string userId, IReadOnlyList<NewSession> sessions, bool isDryRun, CancellationToken cancellationToken);
}

/// <summary>The ids that a user has.</summary>
public sealed record KnownIds(IReadOnlySet<Guid> Sessions, IReadOnlySet<Guid> Messages);

/// <summary>A session that is not stored yet, with its first messages, numbered from 1.</summary>
public sealed record NewSession(Session Session, IReadOnlyList<SessionMessage> Messages);
