using System.Threading.Channels;

namespace SessionService.Infrastructure.Announcements;

/// <summary>
/// Tells followers that a session has changed. Stores call it after the commit. It costs a write nothing but a note in memory, and nothing
/// at all where nobody follows. What is not announced, as after a crash, is found by the look-up by time.
/// </summary>
internal sealed class SessionAnnouncer(FollowedSessions followed)
{
    // With so many names the others would look up everything they follow soon anyway.
    private const int MaxWaiting = 20_000;

    private readonly Channel<FollowKey> _waiting = Channel.CreateBounded<FollowKey>(
        new BoundedChannelOptions(MaxWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

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
        if (isHeard)
        {
            _waiting.Writer.TryWrite(name);
        }
    }

    /// <summary>
    /// Announces a change as soon as its write has committed. A write that fails or changes nothing is not announced: where the session
    /// does not exist, followers of its user would be told that it was deleted.
    /// </summary>
    /// <param name="write">The write; its result is <see langword="null"/> where it changed nothing.</param>
    /// <param name="userId">The owner of the session.</param>
    /// <param name="sessionId">The session.</param>
    /// <param name="isMade">Whether a result says that the write was made; by default any does.</param>
    public async Task<T> AfterAsync<T>(Task<T> write, string userId, Guid sessionId, Func<T, bool>? isMade = null)
    {
        var result = await write;
        if (result is not null && isMade?.Invoke(result) is not false)
        {
            Announce(userId, sessionId);
        }

        return result;
    }

    /// <summary>Waits until something is to be sent.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) => _waiting.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Takes what is to be sent, each name once.</summary>
    public FollowKey[] Take()
    {
        var names = new HashSet<FollowKey>();
        while (_waiting.Reader.TryRead(out var name))
        {
            names.Add(name);
        }

        return [.. names];
    }
}
