namespace SessionService.Application.Live;

/// <summary>Wakes those who follow sessions. A wake-up says only that a look may be worthwhile: what happened stands in the log.</summary>
public interface IFollowedSessions
{
    /// <summary>Follows one session of a user until the result is disposed of.</summary>
    IWakeUps Follow(string userId, Guid sessionId);

    /// <summary>Follows all sessions of a user until the result is disposed of.</summary>
    IWakeUps FollowAll(string userId);
}

/// <summary>The wake-ups of one follower.</summary>
public interface IWakeUps : IDisposable
{
    /// <summary>Grows with every wake-up. Read it before a look, and wait for a greater one after it: then no wake-up is missed.</summary>
    long Version { get; }

    /// <summary>Whether others on this instance follow the same.</summary>
    bool IsShared { get; }

    /// <summary>
    /// Which sessions were announced since this was last asked: some of those that changed, and of those that were erased.
    /// </summary>
    IReadOnlyList<Guid> TakeAnnounced();

    /// <summary>Ends when the version is greater than this one.</summary>
    Task WaitBeyondAsync(long version);
}
