using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Sessions;
using SessionService.Api.Turns;
using SessionService.Application.Copies;
using SessionService.Application.Sessions;

namespace SessionService.Api.Copies;

/// <summary>Copies of sessions for other users.</summary>
[ApiController]
[Tags("Sessions")]
public sealed class CopiesController(CopiesService copies) : ControllerBase
{
    /// <summary>Copies a session for another user</summary>
    /// <remarks>
    /// Creates a session of the user in the body with copies of all messages, at most 100,000, and of branches and memory. The copies have
    /// new ids, but the same numbers, times, tokens and cost. Attachments are copied with their bytes. Feedback is not copied, and the copy
    /// does not name the original. The copy's totals count the messages; the service's statistics and the usage of either user count a
    /// message only in the original.
    ///
    /// The caller must be allowed to act for both users. This is a token that may act for any user, or, where callers need no name, a
    /// request that names none. Anybody may copy a session of their own for themselves.
    ///
    /// With an `Idempotency-Key` the same request sent again creates nothing and is answered with the first copy, with
    /// `Idempotency-Replayed: true`. The key is one of the owner of the original.
    /// </remarks>
    /// <param name="request">Who gets the copy.</param>
    /// <response code="201">The new session.</response>
    [HttpPost("api/v1/sessions/{session_id:guid}/copy", Name = "copy_session")]
    [TakesTurn(Work.Fork)]
    [ProducesResponseType<SessionResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status403Forbidden, StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Copy(
        [FromRoute(Name = "session_id")] Guid sessionId,
        CopySessionRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var session = Response.MarkReplay(await copies.CopyAsync(userId, sessionId, request, idempotencyKey, cancellationToken));
        return Created($"/api/v1/sessions/{session.SessionId}", Response.Tag(session));
    }
}
