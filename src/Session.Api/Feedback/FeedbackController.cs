using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Preconditions;
using SessionService.Application.Feedback;
using SessionService.Application.Preconditions;
using SessionService.Domain.Feedback;

namespace SessionService.Api.Feedback;

/// <summary>What users, annotators and models think of a message.</summary>
[ApiController]
[Tags("Feedback")]
[Route("api/v1/sessions/{session_id:guid}/messages/{sequence:long}/feedback")]
public sealed class FeedbackController(FeedbackService feedback) : ControllerBase
{
    /// <summary>Gives feedback on a message</summary>
    /// <remarks>
    /// Feedback has a name such as `rating`, and a message has feedback of at most 20 names. Feedback of the same name replaces what was
    /// given before. The same feedback again changes nothing. Feedback may be given on any message, also of a session that has ended.
    ///
    /// With `If-Match` the feedback is replaced only if it has one of the named versions. With an `Idempotency-Key` the same request sent
    /// again is answered as the first time, with `Idempotency-Replayed: true`, even if the feedback was replaced since.
    /// </remarks>
    /// <param name="request">The feedback.</param>
    /// <response code="200">The feedback, which replaced an earlier one.</response>
    /// <response code="201">The first feedback of this name.</response>
    [HttpPut("{name}", Name = "write_feedback")]
    [ProducesResponseType<FeedbackResponse>(StatusCodes.Status200OK)]
    [ProducesResponseType<FeedbackResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)]
    public async Task<IActionResult> Write(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        [FromFeedbackName, RegularExpression(FeedbackNames.Pattern)] string name,
        WriteFeedbackRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var place = new FeedbackPlace(sessionId, sequence, name);
        var (written, version, isNew) =
            await feedback.WriteAsync(userId, place, request, idempotencyKey, precondition, cancellationToken);
        var answer = Response.MarkReplay(written);
        Response.SetVersion(version);
        return isNew ? Created($"/api/v1/sessions/{sessionId}/messages/{sequence}/feedback/{name}", answer) : Ok(answer);
    }

    /// <summary>Lists the feedback of a message</summary>
    /// <remarks>By name, at most 20. A message that nobody has judged has none.</remarks>
    /// <response code="200">All feedback of the message, in the order of its names.</response>
    [HttpGet(Name = "list_message_feedback")]
    [EventualReads]
    [ProducesResponseType<MessageFeedbackListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<MessageFeedbackListResponse> List(
        [FromRoute(Name = "session_id")] Guid sessionId, long sequence, [FromCaller] string userId, CancellationToken cancellationToken) =>
        feedback.GetOfMessageAsync(userId, sessionId, sequence, cancellationToken);

    /// <summary>Gets feedback of a message</summary>
    /// <remarks>The `ETag` holds the version of the feedback.</remarks>
    /// <response code="200">The feedback.</response>
    [HttpGet("{name}", Name = "get_feedback")]
    [EventualReads]
    [ProducesResponseType<FeedbackResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<FeedbackResponse> Get(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        [FromFeedbackName, RegularExpression(FeedbackNames.Pattern)] string name,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var (found, version) = await feedback.GetAsync(userId, new FeedbackPlace(sessionId, sequence, name), cancellationToken);
        Response.SetVersion(version);
        return found;
    }

    /// <summary>Deletes feedback of a message</summary>
    /// <remarks>
    /// With `If-Match` only if the feedback has one of the named versions. With an `Idempotency-Key` the same request sent again is
    /// answered as the first time, with `Idempotency-Replayed: true`, and not with 404.
    /// </remarks>
    /// <response code="200">The feedback is gone.</response>
    [HttpDelete("{name}", Name = "delete_feedback")]
    [ProducesResponseType<FeedbackDeletedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict, StatusCodes.Status412PreconditionFailed)]
    public async Task<FeedbackDeletedResponse> Delete(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        [FromFeedbackName, RegularExpression(FeedbackNames.Pattern)] string name,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromIfMatch] Precondition precondition,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var place = new FeedbackPlace(sessionId, sequence, name);
        return Response.MarkReplay(await feedback.DeleteAsync(userId, place, idempotencyKey, precondition, cancellationToken));
    }
}
