using SessionService.Domain.Sessions;

namespace SessionService.Application.Search;

/// <summary>Full text search in one user's messages, summaries and memories.</summary>
public interface ISessionSearch
{
    /// <summary>A page of hits after a place, best first, in one snapshot.</summary>
    Task<Found> FindAsync(string userId, SearchFilter filter, SearchPlace? after, int limit, CancellationToken cancellationToken);
}

/// <summary>A page of a search.</summary>
/// <param name="Sessions">The sessions of the page with their hits.</param>
/// <param name="TotalHits">How many hits there are in all.</param>
/// <param name="Last">The place of the page's last hit, if there are more.</param>
public sealed record Found(IReadOnlyList<FoundSession> Sessions, long TotalHits, SearchPlace? Last);

/// <param name="Hits">Its hits on the page, best first.</param>
public sealed record FoundSession(Session Session, IReadOnlyList<SearchHitResponse> Hits);
