using SessionService.Application.Time;

namespace SessionService.Application.Live;

/// <summary>
/// Tells the events of all sessions of a user, those of each session in order. Every look is a resumption from the position, whether the
/// stream goes on or a client comes back: it finds what changed since, by the index, and tells each session from where it was.
/// </summary>
public sealed class UserFeed(
    SessionFeed sessions, ILiveReader live, IWakeUps wakeUps, TimeProvider time, string userId, UserPosition? position)
{
    // A user with more changed sessions reads the list anew.
    private const int MaxChanged = 1_000;

    // A stream begins by naming those that changed in the minute before.
    private const int MaxAtStart = 10_000;

    // Clocks of instances differ by less.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(1);

    private readonly Queue<ChangedSession> _changed = new();
    private readonly Queue<Guid> _gone = new();

    // A session that is erased leaves nothing to find: it is asked for by its id.
    private readonly HashSet<Guid> _announced = [];

    private UserPosition? _position = position;
    private DateTimeOffset _lookedAt;
    private bool _isLooking;

    /// <summary>
    /// Reads the next page; <see langword="null"/> where there was nothing more to tell. Whoever reads on after an exception is told the
    /// same.
    /// </summary>
    public async Task<UserPage?> NextAsync(CancellationToken cancellationToken)
    {
        if (_position is not { } told || !told.IsExact || told.At > time.GetUtcNow() + ClockTolerance)
        {
            return await StartAsync(cancellationToken);
        }

        if (!_isLooking && !await TryLookAsync(told, cancellationToken))
        {
            return await StartAsync(cancellationToken);
        }

        if (_gone.TryDequeue(out var gone))
        {
            told.Remove(gone);
            return new UserPage(SessionPage.Gone(gone), told, time.GetDatabaseNow());
        }

        while (_changed.TryPeek(out var session))
        {
            var page = await ReadAsync(told, session, cancellationToken);
            var seenAt = time.GetDatabaseNow();
            if (page.IsLast)
            {
                _changed.Dequeue();
            }

            if (page.IsGone)
            {
                told.Remove(session.SessionId);
                return new UserPage(page, told, seenAt);
            }

            if (page.To != page.From || page.Session is not null)
            {
                return new UserPage(page, told, seenAt);
            }
        }

        _isLooking = false;
        told.Advance(_lookedAt);
        return null;
    }

    /// <summary>Tells nothing of what was before now.</summary>
    private async Task<UserPage> StartAsync(CancellationToken cancellationToken)
    {
        var now = time.GetDatabaseNow();
        var found = await live.FindChangedAsync(userId, now - UserPosition.Overlap, [], [], MaxAtStart, cancellationToken);
        _position = new UserPosition(now, now - UserPosition.Overlap);
        foreach (var session in found.Sessions)
        {
            _position.Set(session.SessionId, new NamedSession(session.State.Messages, Deltas: 0, session.State.Changes, now));
        }

        _changed.Clear();
        _gone.Clear();
        _isLooking = false;
        return new UserPage(Page: null, _position, now);
    }

    /// <summary>Finds what changed; false where that is too much.</summary>
    private async Task<bool> TryLookAsync(UserPosition told, CancellationToken cancellationToken)
    {
        // Before the statement: what is committed until then is found by it.
        _lookedAt = time.GetDatabaseNow();
        _announced.UnionWith(wakeUps.TakeAnnounced());
        var named = told.Named;
        var found = await live.FindChangedAsync(
            userId, told.Threshold, named, [.. named.Union(_announced)], MaxChanged + 1, cancellationToken);
        _announced.Clear();
        if (found.Sessions.Count > MaxChanged)
        {
            return false;
        }

        found.Sessions.Where(session => IsNew(told, session)).ToList().ForEach(_changed.Enqueue);
        found.Gone.ToList().ForEach(_gone.Enqueue);
        _isLooking = true;
        return true;
    }

    private static bool IsNew(UserPosition told, ChangedSession session) =>
        told.Find(session.SessionId) is not { } named
            ? session.HasOtherChanges || session.Before != session.State.Messages || session.State.Deltas is not null
            : named.Messages != session.State.Messages || named.Changes != session.State.Changes
                || (session.State.Deltas is { } deltas && named.Deltas < deltas + 1);

    private async Task<SessionPage> ReadAsync(UserPosition told, ChangedSession session, CancellationToken cancellationToken)
    {
        if (told.Find(session.SessionId) is { } named)
        {
            var place = new SessionPosition(named.Messages, named.Deltas, named.Changes);
            return await sessions.ReadAsync(userId, session.SessionId, place, tag: null, cancellationToken);
        }

        if (session.Before is { } before)
        {
            var changes = session.HasOtherChanges ? SessionPosition.NoChange : session.State.Changes;
            var place = new SessionPosition(before, Deltas: 0, changes);
            return await sessions.ReadAsync(userId, session.SessionId, place, tag: null, cancellationToken);
        }

        var now = await sessions.ReadAsync(userId, session.SessionId, position: null, tag: null, cancellationToken);
        return now with { IsSnapshot = true };
    }
}

/// <summary>What a follower of a user is told next.</summary>
/// <param name="Page">Of one session; <see langword="null"/> where the client must read the list anew.</param>
/// <param name="Position">The position, which the page has not moved yet.</param>
/// <param name="SeenAt">When the page was read.</param>
public sealed record UserPage(SessionPage? Page, UserPosition Position, DateTimeOffset SeenAt) : IDisposable
{
    /// <summary>Moves the position to a place in the page.</summary>
    public void MoveTo(SessionPosition place) =>
        Position.Set(Page!.SessionId, new NamedSession(place.Messages, place.Deltas, place.Changes, SeenAt));

    public void Dispose() => Page?.Dispose();
}
