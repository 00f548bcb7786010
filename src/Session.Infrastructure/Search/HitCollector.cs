using SessionService.Application.Search;

namespace SessionService.Infrastructure.Search;

/// <param name="Message">The message, summary or memory.</param>
/// <param name="Place">Its place in the order of all hits.</param>
internal readonly record struct Hit(IndexedMessage Message, SearchPlace Place);

/// <summary>Counts the hits that pass the filters, and keeps the first of them behind a place.</summary>
internal sealed class HitCollector(SearchFilter filter, HashSet<Guid>? sessions, SearchPlace? after, int limit)
{
    // The worst hit comes first, so that a better one can replace it.
    private readonly PriorityQueue<Hit, SearchPlace> _best = new(
        Comparer<SearchPlace>.Create((one, other) => SearchPlace.Order.Compare(other, one)));

    private readonly long _from = filter.From is { } from ? IndexedMessage.ToMicroseconds(from) : long.MinValue;
    private readonly long _to = filter.To is { } to ? IndexedMessage.ToMicroseconds(to) : long.MaxValue;

    public long Total { get; private set; }

    public void Add(in IndexedMessage message, int rank)
    {
        if (!IsWanted(message))
        {
            return;
        }

        Total++;
        var place = new SearchPlace(rank, message.CreatedAt, message.SessionId, message.Sequence);
        if (after is { } last && SearchPlace.Order.Compare(place, last) <= 0)
        {
            return;
        }

        // One hit more than the limit tells whether there are more.
        if (_best.Count <= limit)
        {
            _best.Enqueue(new Hit(message, place), place);
        }
        else if (_best.TryPeek(out _, out var worst) && SearchPlace.Order.Compare(place, worst) < 0)
        {
            _best.DequeueEnqueue(new Hit(message, place), place);
        }
    }

    /// <summary>The hits, best first, and whether there are more behind them.</summary>
    public (IReadOnlyList<Hit> Hits, bool HasMore) Take()
    {
        var hits = _best.UnorderedItems.Select(item => item.Element).OrderBy(hit => hit.Place, SearchPlace.Order).ToList();
        return hits.Count > limit ? (hits[..limit], true) : (hits, false);
    }

    private bool IsWanted(in IndexedMessage message) =>
        (filter.SessionId is null || message.SessionId == filter.SessionId)
        && (filter.Role is null || string.Equals(message.Role, filter.Role, StringComparison.Ordinal))
        && (filter.MessageType is null || string.Equals(message.MessageType, filter.MessageType, StringComparison.Ordinal))
        && message.CreatedAt >= _from
        && message.CreatedAt < _to
        && (sessions is null || sessions.Contains(message.SessionId));
}
