using SessionService.Domain.Sessions;

namespace SessionService.Application.Search;

/// <summary>Full text search in one user's titles, messages, summaries and memories.</summary>
public interface ISessionSearch
{
    /// <summary>A page of sessions after a place, the one with the best hit first, in one snapshot.</summary>
    Task<Found> FindAsync(
        string userId, SearchFilter filter, SearchStart? after, SearchLimits limits, CancellationToken cancellationToken);
}

/// <summary>A page of a search.</summary>
/// <param name="Sessions">The sessions of the page with their hits.</param>
/// <param name="TotalHits">How many hits there are in all.</param>
/// <param name="Next">Where the next page starts, if there is one.</param>
/// <param name="IgnoredWords">The words of the query that were not searched, as it has them.</param>
public sealed record Found(
    IReadOnlyList<FoundSession> Sessions, long TotalHits, SearchStart? Next, IReadOnlyList<string> IgnoredWords);

/// <param name="Sessions">How many sessions a page has; within one session, how many hits.</param>
/// <param name="HitsPerSession">How many hits of each session a page has.</param>
public readonly record struct SearchLimits(int Sessions, int HitsPerSession);

/// <summary>Where a page starts.</summary>
/// <param name="Place">The place of the best hit of the last session before it.</param>
/// <param name="Newest">
/// The time of the newest hit when the first page was read. Hits that came later do not count for the order, or a session could move to a
/// page that was read already.
/// </param>
public readonly record struct SearchStart(SearchPlace Place, long Newest);

/// <param name="Hits">Its hits on the page, best first.</param>
public sealed record FoundSession(Session Session, IReadOnlyList<SearchHitResponse> Hits);
