using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Sessions;
using SessionService.Application.Forks;
using SessionService.Application.Sessions;

namespace SessionService.Api.Forks;

/// <summary>Conversations that go on twice.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class ForksController(ForksService forks) : ControllerBase
{
    /// <summary>Forks a session</summary>
    /// <remarks>
    /// Makes a new, active session that begins with the messages up to `through_sequence`, at most 100,000: with the same numbers, times,
    /// tokens and cost, under ids of their own. It has this session's data and metadata, its memory where that tells of no later messages,
    /// and its summary where all messages are copied. `forked_from` tells where it comes from. Its own totals show what it holds; the
    /// service's statistics and the usage count copied messages once, where they were written.
    ///
    /// With an `Idempotency-Key` the same request sent again makes nothing and is answered with the session that it made, with
    /// `Idempotency-Replayed: true`.
    /// </remarks>
    /// <param name="request">Where to go on from.</param>
    /// <response code="201">The new session.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/fork", Name = "fork_session")]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Fork(
        [FromRoute(Name = "session_id")] Guid sessionId,
        ForkSessionRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var session = Response.MarkReplay(await forks.ForkAsync(userId, sessionId, request, idempotencyKey, cancellationToken));
        return Created($"/api/v1/sessions/{session.SessionId}", Response.Tag(session));
    }
}
