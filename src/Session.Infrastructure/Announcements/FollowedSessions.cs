using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using SessionService.Application.Live;

namespace SessionService.Infrastructure.Announcements;

/// <summary>What is followed on this instance.</summary>
internal sealed class FollowedSessions(IOptions<LiveOptions> options, TimeProvider time) : IFollowedSessions
{
    private readonly ConcurrentDictionary<FollowKey, FollowedNode> _sessions = new();
    private readonly ConcurrentDictionary<ulong, FollowedNode> _users = new();
    private readonly Lock _lock = new();
    private int _followers;

    /// <summary>Whether nobody follows anything here. Every write asks.</summary>
    public bool IsEmpty => Volatile.Read(ref _followers) == 0;

    public IEnumerable<FollowedNode> Sessions => _sessions.Values;

    public IEnumerable<FollowedNode> Users => _users.Values;

    public IWakeUps Follow(string userId, Guid sessionId) => Add(_sessions, FollowKey.Of(userId, sessionId), userId, sessionId);

    public IWakeUps FollowAll(string userId) => Add(_users, FollowKey.HashOf(userId), userId, sessionId: null);

    /// <summary>Wakes those who follow a session, or all sessions of its user.</summary>
    public void Wake(FollowKey name)
    {
        if (_sessions.TryGetValue(name, out var ofSession))
        {
            ofSession.Wake();
        }

        if (_users.TryGetValue(name.User, out var ofUser))
        {
            ofUser.Wake(name.SessionId);
        }
    }

    private WakeUps Add<TKey>(ConcurrentDictionary<TKey, FollowedNode> nodes, TKey key, string userId, Guid? sessionId)
        where TKey : notnull
    {
        lock (_lock)
        {
            var node = nodes.GetOrAdd(key, _ => new FollowedNode(userId, sessionId, options.Value.Gather, time));
            node.Followers++;
            Interlocked.Increment(ref _followers);
            return new WakeUps(node, () => Remove(nodes, key, node));
        }
    }

    private void Remove<TKey>(ConcurrentDictionary<TKey, FollowedNode> nodes, TKey key, FollowedNode node)
        where TKey : notnull
    {
        lock (_lock)
        {
            Interlocked.Decrement(ref _followers);
            if (--node.Followers == 0)
            {
                nodes.TryRemove(key, out _);
            }
        }
    }
}
