using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Sessions;
using SessionService.Api.Turns;
using SessionService.Application.Forks;
using SessionService.Application.Sessions;

namespace SessionService.Api.Forks;

/// <summary>Forks of sessions.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class ForksController(ForksService forks) : ControllerBase
{
    /// <summary>Forks a session</summary>
    /// <remarks>
    /// Creates a new, active session that begins with copies of the messages up to `through_sequence`, at most 100,000. The copies have new
    /// ids, but the same times, tokens and cost. They are numbered 1, 2, 3 … and so have the same numbers as in the original, unless that
    /// shows only some of its messages (see branches): then the copy with number n is the nth message that the original shows.
    /// The fork has the session's data and metadata. It has the session's memory if that covers no later messages, and its summary if all
    /// messages are copied. `forked_from` names the original. The fork's totals count the copies; the service's statistics and the usage
    /// count a message only in the original.
    ///
    /// With an `Idempotency-Key` the same request sent again creates nothing and is answered with the first fork, with
    /// `Idempotency-Replayed: true`.
    /// </remarks>
    /// <param name="request">Where to go on from.</param>
    /// <response code="201">The new session.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/fork", Name = "fork_session")]
    [TakesTurn(Work.Fork)]
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
