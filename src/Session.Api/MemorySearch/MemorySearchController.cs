using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.MemorySearch;

namespace SessionService.Api.MemorySearch;

/// <summary>Search in memories and messages by meaning and by word.</summary>
[ApiController]
[Tags("Memory search")]
public sealed class MemorySearchController(MemorySearchService search) : ControllerBase
{
    /// <summary>Searches a user's memories and messages</summary>
    /// <remarks>
    /// Finds the passages that best answer the question, best first, in the user's memories, the memories of their sessions, and their
    /// messages. A passage is ranked by words, by meaning, and by who speaks; it need not have all words of the question. The messages
    /// just before and after a message raise its rank. Passages with the same text are found once. A write is found as soon as it is
    /// acknowledged. An answer ends early where its texts and labels
    /// together exceed 8 Mi characters.
    ///
    /// `degraded` is true if the configured embedding model did not answer. The passages were then found without it.
    /// </remarks>
    /// <param name="request">The question.</param>
    /// <response code="200">The passages.</response>
    [HttpPost("api/v1/users/{user_id}/memories/search", Name = "search_user_memories")]
    [TakesTurn(Work.MemorySearch)]
    [Compresses]
    [ProducesResponseType<SearchMemoriesResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<SearchMemoriesResponse> SearchUser(
        [FromPathUser] string userId, SearchMemoriesRequest request, CancellationToken cancellationToken) =>
        search.SearchAsync(userId, request, cancellationToken);

    /// <summary>Searches a session's memories and messages</summary>
    /// <remarks>
    /// Like the search for a user, but only in the session's messages, its memory, and the user's memories that came from it.
    /// </remarks>
    /// <param name="request">The question; its <c>session_id</c> does not count.</param>
    /// <response code="200">The passages.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/memories/search", Name = "search_session_memories")]
    [TakesTurn(Work.MemorySearch)]
    [Compresses]
    [ProducesResponseType<SearchMemoriesResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<SearchMemoriesResponse> SearchSession(
        [FromRoute(Name = "session_id")] Guid sessionId,
        SearchMemoriesRequest request,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        search.SearchSessionAsync(userId, sessionId, request, cancellationToken);
}
