using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Application.Search;

namespace SessionService.Api.Search;

/// <summary>Full text search.</summary>
[ApiController]
[Tags("Search")]
public sealed class SearchController(ISessionSearch search, IMapper mapper) : ControllerBase
{
    /// <summary>Searches the caller's sessions</summary>
    /// <remarks>
    /// In messages, session summaries and session memories, and found as soon as they are acknowledged. All words must be there, in any of
    /// their forms (`run` finds `running`), whatever their case and accents; texts of scripts without spaces (Chinese, Japanese …) and
    /// emoji are found by any part of them. `"…"` is a phrase, `or` means either, `-` before a word or phrase excludes what has it. A query
    /// that only excludes finds all the rest, with rank 0; one without any word that is looked for (`the`, `%`) finds nothing.
    ///
    /// Best first by `rank`, which follows from the query and the text alone; equally good hits newest first. `limit` counts hits; a page
    /// may have fewer where texts are large. With `next_cursor` as `cursor` the search goes on behind the last hit: each hit comes once,
    /// whatever is written meanwhile. A session whose hits are on two pages is on both.
    /// </remarks>
    /// <response code="200">What was found.</response>
    [HttpGet("api/v1/sessions/search", Name = "search_sessions")]
    [Compresses]
    [ProducesResponseType<SearchResponse>(StatusCodes.Status200OK)]
    public async Task<SearchResponse> Find(
        [FromQuery(Name = "")] SearchSessionsQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken)
    {
        var filter = query.ToFilter();
        var limit = query.Limit ?? SearchSessionsQuery.DefaultLimit;
        var found = await search.FindAsync(userId, filter, query.ToPlace(filter), limit, cancellationToken);
        return SearchResponse.Of(filter, found, mapper);
    }
}
