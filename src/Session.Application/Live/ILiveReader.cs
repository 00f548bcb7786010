using SessionService.Application.Sessions;

namespace SessionService.Application.Live;

/// <summary>
/// Reads what followers need beside the messages. Always from the primary, since wake-ups come before a standby has the change.
/// </summary>
public interface ILiveReader
{
    /// <summary>How far a session has come; <see langword="null"/> when there is no such session.</summary>
    Task<LiveState?> FindStateAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>A session with its state, of one moment; <see langword="null"/> when there is no such session.</summary>
    Task<LiveSession?> FindSessionAsync(string userId, Guid sessionId, CancellationToken cancellationToken);

    /// <summary>
    /// The user's sessions that have changed since a time, by the clocks of the instances that wrote, and which of the known sessions are
    /// gone. All of one moment.
    /// </summary>
    /// <param name="userId">The user.</param>
    /// <param name="since">The time.</param>
    /// <param name="named">The sessions whose position is known.</param>
    /// <param name="known">The sessions that may be gone.</param>
    /// <param name="limit">How many sessions to find at most.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    Task<ChangedSessions> FindChangedAsync(
        string userId, DateTimeOffset since, Guid[] named, Guid[] known, int limit, CancellationToken cancellationToken);
}

/// <summary>How far a session has come.</summary>
/// <param name="Messages">The number of the last message before the first one in progress.</param>
/// <param name="Changes">How often anything else changed.</param>
/// <param name="CreatedAt">Tells the session from an erased one with the same id.</param>
/// <param name="Deltas">How many deltas the message after the last one has; <see langword="null"/> where none is in progress.</param>
public readonly record struct LiveState(long Messages, long Changes, DateTimeOffset CreatedAt, int? Deltas = null);

/// <summary>A session as answers show it, and its state.</summary>
public sealed record LiveSession(LiveState State, SessionResponse Session);

/// <summary>What has changed in a user's sessions.</summary>
/// <param name="Sessions">The sessions.</param>
/// <param name="Gone">Those of the known sessions that are gone.</param>
public sealed record ChangedSessions(IReadOnlyList<ChangedSession> Sessions, IReadOnlyList<Guid> Gone);

/// <summary>A session that has changed since a time.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Before">
/// For a session that is not named: the last message that was there at that time; <see langword="null"/> where this cannot be told.
/// </param>
/// <param name="HasOtherChanges">Whether anything but messages has changed since then, or may have.</param>
public sealed record ChangedSession(Guid SessionId, LiveState State, long? Before, bool HasOtherChanges);
