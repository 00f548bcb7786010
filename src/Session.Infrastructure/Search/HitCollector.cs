using System.Runtime.InteropServices;
using SessionService.Application.Search;

namespace SessionService.Infrastructure.Search;

/// <param name="Message">The message, title, summary or memory.</param>
/// <param name="Place">Its place in the order of all hits.</param>
internal readonly record struct Hit(IndexedMessage Message, SearchPlace Place);

/// <summary>
/// Counts the hits that pass the filters, and keeps the best of each session. Within one session every hit stands for itself.
/// </summary>
internal sealed class HitCollector(
    SearchFilter filter, HashSet<Guid>? sessions, ShownMessages shown, SearchStart? after, SearchLimits limits)
{
    private static readonly IComparer<Hit> Order = Comparer<Hit>.Create((one, other) => SearchPlace.Order.Compare(one.Place, other.Place));

    private readonly bool _isOfOneSession = filter.SessionId is not null;
    private readonly int _hitsPerGroup = filter.SessionId is null ? limits.HitsPerSession : 1;
    private readonly long _newest = after?.Newest ?? long.MaxValue;
    private readonly long _from = filter.From is { } from ? IndexedMessage.ToMicroseconds(from) : long.MinValue;
    private readonly long _to = filter.To is { } to ? IndexedMessage.ToMicroseconds(to) : long.MaxValue;

    // The hits of a session, best first; none where an earlier page has the session.
    private readonly Dictionary<(Guid SessionId, long Sequence), List<Hit>> _groups = [];

    private long _newestSeen = long.MinValue;

    public long Total { get; private set; }

    public void Add(in IndexedMessage message, int rank)
    {
        if (!IsWanted(message))
        {
            return;
        }

        Total++;
        _newestSeen = Math.Max(_newestSeen, message.CreatedAt);
        // A session that gets a better hit between two pages must not move to a page that was read already.
        if (message.CreatedAt > _newest)
        {
            return;
        }

        var place = new SearchPlace(rank, message.CreatedAt, message.SessionId, message.Sequence);
        Add(new Hit(message, place));
        if (_isOfOneSession && _groups.Count > 2 * (limits.Sessions + 1))
        {
            foreach (var hit in Sorted().Skip(limits.Sessions + 1).Select(hits => hits[0]).ToList())
            {
                _groups.Remove(KeyOf(hit.Message));
            }
        }
    }

    /// <summary>The sessions of the page with their hits, best first, and where the next page starts, if there is one.</summary>
    public (IReadOnlyList<IReadOnlyList<Hit>> Sessions, bool HasMore) Take()
    {
        var page = Sorted().Take(limits.Sessions + 1).ToList();
        return page.Count > limits.Sessions ? (page[..limits.Sessions], true) : (page, false);
    }

    /// <summary>Where a page starts after a hit.</summary>
    public SearchStart StartAfter(SearchPlace last) =>
        new(last, _isOfOneSession ? long.MaxValue : after?.Newest ?? _newestSeen);

    private void Add(Hit hit)
    {
        var isShown = after is { } last && SearchPlace.Order.Compare(hit.Place, last.Place) <= 0;
        if (isShown && _isOfOneSession)
        {
            return;
        }

        ref var hits = ref CollectionsMarshal.GetValueRefOrAddDefault(_groups, KeyOf(hit.Message), out var isKnown);
        if (isShown)
        {
            hits = [];
            return;
        }

        if (isKnown && hits!.Count == 0)
        {
            return;
        }

        hits ??= new List<Hit>(1);
        var at = ~hits.BinarySearch(hit, Order);
        if (at < _hitsPerGroup)
        {
            if (hits.Count == _hitsPerGroup)
            {
                hits.RemoveAt(hits.Count - 1);
            }

            hits.Insert(at, hit);
        }
    }

    private (Guid SessionId, long Sequence) KeyOf(in IndexedMessage message) =>
        (message.SessionId, _isOfOneSession ? message.Sequence : 0);

    private IEnumerable<List<Hit>> Sorted() => _groups.Values.Where(hits => hits.Count > 0).OrderBy(hits => hits[0], Order);

    private bool IsWanted(in IndexedMessage message) =>
        (filter.SessionId is null || message.SessionId == filter.SessionId)
        && (filter.Role is null || string.Equals(message.Role, filter.Role, StringComparison.Ordinal))
        && (filter.MessageType is null || string.Equals(message.MessageType, filter.MessageType, StringComparison.Ordinal))
        && message.CreatedAt >= _from
        && message.CreatedAt < _to
        && (sessions is null || sessions.Contains(message.SessionId))
        && shown.Has(message);
}
