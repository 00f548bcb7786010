using AutoMapper;

namespace SessionService.Application.Search;

/// <summary>Finds what was said.</summary>
public sealed class SearchService(ISessionSearch search, IMapper mapper)
{
    public async Task<SearchResponse> FindAsync(string userId, SearchSessionsQuery query, CancellationToken cancellationToken)
    {
        var filter = query.ToFilter();
        var found = await search.FindAsync(
            userId, filter, query.ToPlace(filter), query.Limit ?? SearchSessionsQuery.DefaultLimit, cancellationToken);
        return new SearchResponse
        {
            Query = query.Q!,
            Results = found.Sessions.Select(Response).ToList(),
            TotalHits = found.TotalHits,
            NextCursor = found.Last is { } last ? SearchCursor.ToText(last, filter) : null,
        };
    }

    private FoundSessionResponse Response(FoundSession found)
    {
        var response = mapper.Map<FoundSessionResponse>(found.Session);
        response.Hits = found.Hits;
        return response;
    }
}
