using AutoMapper;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Api.Turns;
using SessionService.Application.Search;

namespace SessionService.Api.Search;

/// <summary>Full text search.</summary>
[ApiController]
[Tags("Search")]
public sealed class SearchController(ISessionSearch search, IMapper mapper) : ControllerBase
{
    /// <summary>Searches the caller's sessions</summary>
    /// <remarks>
    /// Searches messages and the titles, summaries and memories of sessions. A write is found as soon as it is acknowledged. A hit holds
    /// all words of the query in any of their forms (`run` finds `running`), whatever their case and accents. Text of scripts without
    /// spaces (Chinese, Japanese …) and emoji are found by any part of them. `"…"` is a phrase, `or` means either, and `-` excludes the
    /// word or phrase that follows. A query that only excludes finds all other texts, with rank 0. A query of signs alone (`%`) finds
    /// nothing.
    ///
    /// `zebra*` finds words that begin so. A prefix needs two letters or digits, in `gpt-4*` those of all its parts. A query has eight
    /// prefixes at most. `python3` also finds `python3.11`. Stop words (`the`, `who`) are searched only if the query wants no other words.
    /// `ignored_words` lists the words of the query that were not searched.
    ///
    /// Hits are sorted by `rank`, best first, then newest first. The rank depends on the query and the text alone. The session with the
    /// best hit comes first. `limit` counts sessions and `hits_per_session` the hits of each; `total_hits` counts all hits. A page of large
    /// texts may have fewer. With `next_cursor` as `cursor` the next page begins after the last session. Each session comes once, also
    /// while messages are written.
    ///
    /// With `session_id` the search stays within one session. Then `limit` counts its hits, and pages go from hit to hit.
    /// </remarks>
    /// <response code="200">What was found.</response>
    [HttpGet("api/v1/sessions/search", Name = "search_sessions")]
    [TakesTurn(Work.Search)]
    [Compresses]
    [ProducesResponseType<SearchResponse>(StatusCodes.Status200OK)]
    public async Task<SearchResponse> Find(
        [FromQuery(Name = "")] SearchSessionsQuery query, [FromNamedCaller] string userId, CancellationToken cancellationToken)
    {
        var filter = query.ToFilter();
        var found = await search.FindAsync(userId, filter, query.ToStart(filter), query.ToLimits(), cancellationToken);
        return SearchResponse.Of(filter, found, mapper);
    }
}
