using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Memories;

namespace SessionService.Api.Memories;

/// <summary>The memory of a session.</summary>
[ApiController]
[Tags("Memory")]
[Route("api/v1/sessions/{session_id:guid}/memory")]
public sealed class MemoriesController(MemoriesService memories) : ControllerBase
{
    /// <summary>Writes the session's memory</summary>
    /// <remarks>
    /// A session has at most one: the first is created, a later one replaces it and keeps <c>memory_id</c> and <c>created_at</c>.
    /// An ended session's memory may still be written.
    ///
    /// With an `Idempotency-Key` the same request sent again writes nothing and is answered as the first time, with
    /// `Idempotency-Replayed: true`, even if the memory was replaced since.
    /// </remarks>
    /// <param name="request">The memory.</param>
    /// <response code="200">The memory, which replaced an earlier one.</response>
    /// <response code="201">The session's first memory.</response>
    [HttpPost(Name = "write_memory")]
    [ProducesResponseType<MemoryResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<MemoryResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Write(
        [FromRoute(Name = "session_id")] Guid sessionId,
        WriteMemoryRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var (written, isFirst) = await memories.WriteAsync(userId, sessionId, request, idempotencyKey, cancellationToken);
        var memory = Response.MarkReplay(written);
        return isFirst ? Created($"/api/v1/sessions/{sessionId}/memory", memory) : Ok(memory);
    }

    /// <summary>Gets the session's memory</summary>
    /// <remarks>The answer also tells how many messages came since, so that an agent knows when to summarise again.</remarks>
    /// <response code="200">The memory.</response>
    [HttpGet(Name = "get_memory")]
    [EventualReads]
    [ProducesResponseType<MemoryResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<MemoryResponse> Get(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        memories.GetAsync(userId, sessionId, cancellationToken);
}
