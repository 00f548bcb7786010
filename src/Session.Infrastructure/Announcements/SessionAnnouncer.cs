using System.Collections.Concurrent;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Tells followers that a session has changed. Stores call it after the commit. It costs a write nothing but a note in memory, and nothing
/// at all where nobody follows. What is not announced, as after a crash, is found by the look-up by time.
/// </summary>
internal sealed class SessionAnnouncer(FollowedSessions followed)
{
    // With so many names the others would look up everything they follow soon anyway.
    private const int MaxWaiting = 20_000;

    private readonly ConcurrentQueue<FollowKey> _waiting = new();
    private readonly SemaphoreSlim _arrived = new(0, 1);
    private volatile bool _isHeard;

    /// <summary>Names this instance in its notifications, which it does not need itself.</summary>
    public Guid Instance { get; } = Guid.NewGuid();

    /// <summary>Whether another instance may be listening.</summary>
    public bool IsHeard
    {
        get => _isHeard;
        set => _isHeard = value;
    }

    public void Announce(string userId, Guid sessionId)
    {
        var isHeard = _isHeard;
        if (!isHeard && followed.IsEmpty)
        {
            return;
        }

        var name = FollowKey.Of(userId, sessionId);
        followed.Wake(name);
        if (isHeard && _waiting.Count < MaxWaiting)
        {
            _waiting.Enqueue(name);
            ReleaseOne();
        }
    }

    /// <summary>Announces a change as soon as its write has committed. A write that fails is not announced.</summary>
    public async Task<T> AfterAsync<T>(Task<T> write, string userId, Guid sessionId)
    {
        var result = await write;
        Announce(userId, sessionId);
        return result;
    }

    /// <summary>Waits until something is to be sent.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => _arrived.WaitAsync(cancellationToken);

    /// <summary>Takes what is to be sent, each name once.</summary>
    public FollowKey[] Take()
    {
        var names = new HashSet<FollowKey>();
        while (_waiting.TryDequeue(out var name))
        {
            names.Add(name);
        }

        return [.. names];
    }

    private void ReleaseOne()
    {
        if (_arrived.CurrentCount == 0)
        {
            try
            {
                _arrived.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another write has said so already.
            }
        }
    }
}
