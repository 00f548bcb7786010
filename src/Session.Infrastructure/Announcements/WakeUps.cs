using System.Collections.Concurrent;
using SessionService.Application.Live;

namespace SessionService.Infrastructure.Announcements;

/// <summary>One follower of a node.</summary>
internal sealed class WakeUps : IWakeUps
{
    // A follower that does not look finds what changed by the look itself.
    private const int MaxAnnounced = 256;

    private readonly FollowedNode _node;

    // Only a follower of all sessions of a user asks which ones. An empty queue takes a kilobyte.
    private readonly ConcurrentQueue<Guid>? _announced;
    private Action? _leave;

    public WakeUps(FollowedNode node, Action leave)
    {
        (_node, _leave) = (node, leave);
        if (node.SessionId is null)
        {
            _announced = new ConcurrentQueue<Guid>();
            node.Add(this);
        }
    }

    public long Version => _node.Version;

    public bool IsShared => _node.Followers > 1;

    public Task WaitBeyondAsync(long version) => _node.WaitBeyondAsync(version);

    public void Note(Guid announced)
    {
        if (_announced is { Count: < MaxAnnounced })
        {
            _announced.Enqueue(announced);
        }
    }

    public IReadOnlyList<Guid> TakeAnnounced()
    {
        var announced = new List<Guid>();
        while (_announced?.TryDequeue(out var one) ?? false)
        {
            announced.Add(one);
        }

        return announced;
    }

    public void Dispose()
    {
        _node.Remove(this);
        Interlocked.Exchange(ref _leave, null)?.Invoke();
    }
}
