using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Contexts;

namespace SessionService.Api.Contexts;

/// <summary>What to send to a model next.</summary>
[ApiController]
[Tags("Context")]
public sealed class ContextsController(ContextsService contexts) : ControllerBase
{
    /// <summary>Gets what to send to a model next</summary>
    /// <remarks>
    /// The session's memory, and then the newest messages that fit into `max_tokens`, oldest first. A message counts its `tokens_used`, or,
    /// where that is 0, an estimate of a token for four bytes of UTF-8. Calls of tools are not parted from their results, nor
    /// calls that follow each other from one another: where they do not fit together they are all left out. At most 2000 messages and 8
    /// MiB.
    ///
    /// With `format=openai` the `messages` are what a chat completion call takes as it is: the memory as a system message, calls as
    /// `tool_calls` and results with their `tool_call_id`, by the ids, names and arguments in the messages' metadata (`tool_calls`, or
    /// `tool_call_id`, `name` and `arguments`). Calls without a name or without a result, and results without a call, become plain
    /// messages.
    /// </remarks>
    /// <response code="200">The memory and the messages.</response>
    [HttpGet("api/v1/sessions/{session_id:guid}/context", Name = "get_context")]
    [Compresses]
    [EventualReads]
    [ProducesResponseType<ContextResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ContextResponse> Get(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromQuery(Name = "")] GetContextQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        contexts.GetAsync(userId, sessionId, query, cancellationToken);
}
