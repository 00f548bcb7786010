using System.Collections.Immutable;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// A session, or all sessions of a user, that somebody on this instance follows. Wake-ups that come close together are one, so that many
/// followers of a busy session look no more often than they need to.
/// </summary>
internal sealed class FollowedNode(string userId, Guid? sessionId, TimeSpan gather, TimeProvider time)
{
    private readonly Lock _lock = new();
    private ImmutableList<WakeUps> _waiting = [];
    private TaskCompletionSource _next = New();
    private long _version;
    private long _lastWake;
    private bool _isScheduled;

    public string UserId => userId;

    /// <summary>The session; <see langword="null"/> for all sessions of the user.</summary>
    public Guid? SessionId => sessionId;

    /// <summary>How many follow; guarded by the lock of <see cref="FollowedSessions"/>.</summary>
    public int Followers { get; set; }

    /// <summary>What the look-up by time last found; only the look-up uses it.</summary>
    public string? Found { get; set; }

    public long Version => Volatile.Read(ref _version);

    public Task WaitBeyondAsync(long version)
    {
        var next = Volatile.Read(ref _next);
        return Version > version ? Task.CompletedTask : next.Task;
    }

    /// <summary>Wakes the followers because of one session.</summary>
    public void Wake(Guid announced)
    {
        foreach (var follower in _waiting)
        {
            follower.Note(announced);
        }

        Wake();
    }

    public void Add(WakeUps follower) => ImmutableInterlocked.Update(ref _waiting, (all, one) => all.Add(one), follower);

    public void Remove(WakeUps follower) => ImmutableInterlocked.Update(ref _waiting, (all, one) => all.Remove(one), follower);

    /// <summary>Wakes the followers: at once, or at the end of the time in which wake-ups gather.</summary>
    public void Wake()
    {
        TimeSpan wait;
        lock (_lock)
        {
            if (_isScheduled)
            {
                return;
            }

            wait = _lastWake == 0 ? TimeSpan.Zero : gather - time.GetElapsedTime(_lastWake);
            _isScheduled = wait > TimeSpan.Zero;
        }

        if (wait > TimeSpan.Zero)
        {
            _ = Task.Delay(wait, time).ContinueWith(_ => WakeNow(), TaskScheduler.Default);
        }
        else
        {
            WakeNow();
        }
    }

    // The version first: who reads the old source afterwards sees the new version, or waits for the source that is completed here.
    private void WakeNow()
    {
        TaskCompletionSource woken;
        lock (_lock)
        {
            _isScheduled = false;
            _lastWake = time.GetTimestamp();
            Interlocked.Increment(ref _version);
            woken = Interlocked.Exchange(ref _next, New());
        }

        woken.SetResult();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
