using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.MemorySearch;

namespace SessionService.Api.MemorySearch;

/// <summary>What is known that bears on a question.</summary>
[ApiController]
[Tags("Memory search")]
public sealed class MemorySearchController(MemorySearchService search) : ControllerBase
{
    /// <summary>Searches what is known of a user</summary>
    /// <remarks>
    /// The passages of the user's memories, of the memories of their sessions and of their messages that bear on the question, by meaning
    /// as well as by word, the best first. A passage need not have all the words of the question. A message also counts by those just
    /// before and after it. What was acknowledged is found. An answer ends early where its texts and labels together exceed 8 Mi
    /// characters.
    ///
    /// `degraded` is true where a model was set for the meaning and could not be asked: the passages were then found without it.
    /// </remarks>
    /// <param name="request">The question.</param>
    /// <response code="200">The passages.</response>
    [HttpPost("api/v1/users/{user_id}/memories/search", Name = "search_user_memories")]
    [Compresses]
    [ProducesResponseType<SearchMemoriesResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status403Forbidden)]
    public Task<SearchMemoriesResponse> SearchUser(
        [FromPathUser] string userId, SearchMemoriesRequest request, CancellationToken cancellationToken) =>
        search.SearchAsync(userId, request, cancellationToken);

    /// <summary>Searches what belongs to a session</summary>
    /// <remarks>
    /// As the search in all of a user's, in the session's messages, its memory, and the user's memories that came from it.
    /// </remarks>
    /// <param name="request">The question; its <c>session_id</c> does not count.</param>
    /// <response code="200">The passages.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/memories/search", Name = "search_session_memories")]
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
