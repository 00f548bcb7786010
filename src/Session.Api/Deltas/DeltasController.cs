using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Deltas;
using SessionService.Application.Messages;

namespace SessionService.Api.Deltas;

/// <summary>Messages in progress: how they grow, and how they end.</summary>
[ApiController]
[Tags("Messages")]
[Route("api/v1/sessions/{session_id:guid}/messages/{sequence:long}")]
public sealed class DeltasController(DeltasService deltas) : ControllerBase
{
    /// <summary>Adds to a message in progress</summary>
    /// <remarks>
    /// A message that was written with the status `in_progress` grows by deltas, numbered 0, 1, 2 … by their `index`. Each is a text or
    /// parts. The answer comes when the delta is stored. The same delta sent again is answered again, with `Idempotency-Replayed: true`;
    /// another delta of the same index is a conflict, and so is one that does not come next. The problem's `next_index` tells which one
    /// does.
    ///
    /// Many deltas may come in one long body of `application/x-ndjson`, each a line like the body of this request. They are stored
    /// several at a time, at least five times a second, so that at most those of the last 200 ms are lost where the service dies. The
    /// answer comes at the end of the body. It tells how far the message has come, as the problem does where a line is refused. Such a
    /// request takes no `Idempotency-Key`: the indexes do the same.
    /// </remarks>
    /// <param name="request">The delta.</param>
    /// <response code="200">How far the message has grown.</response>
    [HttpPost("deltas", Name = "add_delta")]
    [Consumes("application/json", "text/json")]
    [ProducesResponseType<DeltasResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<DeltasResponse> Add(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        AddDeltaRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.MarkReplay(await deltas.AddAsync(userId, sessionId, sequence, request, idempotencyKey, cancellationToken));

    // OpenAPI has one operation for a path and a method: the one above tells of both.
    [HttpPost("deltas")]
    [Consumes(DeltaBody.ContentType)]
    [ApiExplorerSettings(IgnoreApi = true)]
    [RefusesIdempotencyKey("is not taken here: deltas repeat by their indexes")]
    [DisableRequestSizeLimit]
    public Task<IActionResult> AddMany(
        [FromRoute(Name = "session_id")] Guid sessionId, long sequence, [FromCaller] string userId, CancellationToken cancellationToken) =>
        HttpContext.RequestServices.GetRequiredService<DeltaBody>().ReadAsync(
            HttpContext, userId, sessionId, sequence, cancellationToken);

    /// <summary>Completes a message in progress</summary>
    /// <remarks>
    /// The message is whole then: lists, contexts and searches show it, and its tokens and its cost count. Its deltas make its content,
    /// unless `content` or `parts` are given. A message is completed once: with an `Idempotency-Key` the same request sent again is
    /// answered as the first time, with `Idempotency-Replayed: true`, and any other one is a conflict.
    ///
    /// A message may be completed whatever the status of its session is. One that gets no delta for some minutes is completed by the
    /// service, as `incomplete`.
    /// </remarks>
    /// <param name="request">How the message ends.</param>
    /// <response code="200">The message as it is now.</response>
    [HttpPost("complete", Name = "complete_message")]
    [ProducesResponseType<MessageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<MessageResponse> Complete(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        CompleteMessageRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.MarkReplay(await deltas.CompleteAsync(userId, sessionId, sequence, request, idempotencyKey, cancellationToken));
}
