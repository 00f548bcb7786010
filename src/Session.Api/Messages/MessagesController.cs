using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Consistency;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Deltas;
using SessionService.Application.Feedback;
using SessionService.Application.Messages;
using SessionService.Domain.Messages;

namespace SessionService.Api.Messages;

/// <summary>Messages of a session, numbered 1, 2, 3 … without gaps.</summary>
[ApiController]
[Tags("Messages")]
[Route("api/v1/sessions/{session_id:guid}/messages")]
public sealed class MessagesController(MessagesService messages, MessageFiles files, FeedbackService feedback, OpenMessages open)
    : ControllerBase
{
    /// <summary>Appends a message</summary>
    /// <remarks>
    /// The message takes the session's next number. It and the session's totals and <c>last_activity</c> change together or not
    /// at all. An ended session takes no messages.
    ///
    /// **Parts.** `content` is a text or an array of parts, in the shapes that OpenAI, Anthropic, Gemini, Microsoft.Extensions.AI and the
    /// Vercel AI SDK use. The answer's `parts` are what was given; its `content` is their text. `tool_calls`, `tool_call_id` and `refusal`
    /// of a chat completion are taken too, and become parts. Long base64 becomes an attachment.
    ///
    /// **Messages in progress.** With the status `in_progress` the message has its number at once, and grows by `…/deltas` until
    /// `…/complete`. Until then lists, contexts and searches end before it; its tokens and its cost count when it is completed.
    ///
    /// **Safe retries.** With an `Idempotency-Key`, or with a `message_id` of the client's, the same request sent again stores nothing and
    /// is answered as the first time, with `Idempotency-Replayed: true`. With `expected_sequence` the message is stored only if it gets
    /// that number.
    /// </remarks>
    /// <param name="request">The message.</param>
    /// <response code="201">The message as stored, with its number.</response>
    [HttpPost(Name = "append_message")]
    [ProducesResponseType<MessageResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Append(
        [FromRoute(Name = "session_id")] Guid sessionId,
        CreateMessageRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var message = Response.MarkReplay(await messages.AppendAsync(userId, sessionId, request, idempotencyKey, cancellationToken));
        var include = message.Status == MessageStatuses.InProgress ? "&include=in_progress" : "";
        return Created($"/api/v1/sessions/{sessionId}/messages?after={message.Sequence - 1}&limit=1{include}", message);
    }

    /// <summary>Appends messages</summary>
    /// <remarks>
    /// Appends all messages or none, in one transaction, numbered in the given order. An invalid message fails the whole batch, and
    /// `errors` names its index (`messages[3].content`). `Idempotency-Key` and `expected_sequence` apply to the batch as a whole.
    /// </remarks>
    /// <param name="request">The messages.</param>
    /// <response code="201">The messages as stored, with their numbers.</response>
    [HttpPost("batch", Name = "append_messages")]
    [ProducesResponseType<MessageBatchResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> AppendBatch(
        [FromRoute(Name = "session_id")] Guid sessionId,
        CreateMessageBatchRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        var batch = Response.MarkReplay(await messages.AppendBatchAsync(userId, sessionId, request, idempotencyKey, cancellationToken));
        return Created($"/api/v1/sessions/{sessionId}/messages?after={batch.Messages[0].Sequence - 1}&limit={batch.Total}", batch);
    }

    /// <summary>Lists messages</summary>
    /// <remarks>
    /// **By page**: `page` and `page_size`, in the order of their numbers, the oldest first unless `order=desc`. A page beyond the end
    /// is empty.
    ///
    /// **By position**: `after`, `before` (numbers, exclusive) and `limit`, always in time order. With `before` alone the answer holds
    /// the messages just before it, otherwise it begins after `after`, or at the start. `has_more` tells whether there are more in that
    /// direction; `page` is 1 and `page_size` the `limit`. Not together with `page` or `page_size`. To read on, give the last (or first)
    /// `sequence` as `after` (or `before`). New messages do not change the ranges: none comes twice, and none is missed.
    /// An answer by position ends early at about 16 MiB of text, with at least one message; an answer by page is whole.
    ///
    /// **By metadata**: `metadata.…` conditions as for sessions, by position only, also beside `role` and `message_type`. An answer
    /// looks at most at 10,000 messages (fewer where these have more than 64 MiB of text), so it may have fewer than `limit`, or none, and
    /// `has_more` still be true. Then `next_after` is the `after` to go on with; with `before` alone, `next_before` is the `before`.
    /// `total` then counts all messages of the session.
    ///
    /// The list ends before the first message in progress, so that nobody who reads by position keeps a part of a message or passes over
    /// one; with `include=in_progress` it does not.
    ///
    /// `total` counts all messages that the filters choose, whatever the page or position. A filtered list looks through the whole
    /// session to count them; without filters the cost is that of the messages in the answer, at any depth.
    /// </remarks>
    /// <response code="200">The messages.</response>
    [HttpGet(Name = "list_messages")]
    [EventualReads]
    [TakesTurn(Work.Download, OnlyWith = "attachments")]
    [Compresses]
    [ProducesResponseType<MessageListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public async Task<IActionResult> List(
        [FromRoute(Name = "session_id")] Guid sessionId,
        [FromQuery(Name = "")] ListMessagesQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        new MessageListResult(
            await messages.ReadAsync(userId, sessionId, query, cancellationToken),
            query.Attachments is null ? null : files.ForAnswer(userId),
            query.IncludesFeedback() ? feedback.ForAnswer(userId, sessionId) : null,
            query.IncludesOpen() ? open.Of(userId, sessionId) : null,
            cancellationToken);

    /// <summary>Gets a message</summary>
    /// <remarks>
    /// A redacted message has no content, and the time of its redaction. A message in progress has what its deltas make so far.
    /// </remarks>
    /// <response code="200">The message.</response>
    [HttpGet("{sequence:long}", Name = "get_message")]
    [EventualReads]
    [TakesTurn(Work.Download, OnlyWith = "attachments")]
    [ProducesResponseType<MessageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<MessageResponse> Get(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        [FromQuery(Name = "")] GetMessageQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        messages.GetAsync(userId, sessionId, sequence, query, cancellationToken);

    /// <summary>Redacts a message</summary>
    /// <remarks>
    /// Blanks the message's `content`, `parts`, `name` and `metadata` for good, wherever they are stored. Its number, tokens and cost stay.
    /// `redacted_at` holds the time; messages that are not redacted lack this field. Redacting a message again changes nothing. The
    /// session's memory is not changed, though it may quote the message. Feedback keeps its value and loses its comment.
    ///
    /// A message in progress is completed first: until then it is a conflict.
    ///
    /// With `mode=remove` no branch of the session shows the message any more. The other messages keep their numbers, and lists with
    /// `branch=all` still have the message.
    /// </remarks>
    /// <response code="200">The message as it is now.</response>
    [HttpDelete("{sequence:long}", Name = "redact_message")]
    [ProducesResponseType<MessageResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public Task<MessageResponse> Redact(
        [FromRoute(Name = "session_id")] Guid sessionId,
        long sequence,
        [FromQuery(Name = "")] DeleteMessageQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        messages.RedactAsync(userId, sessionId, sequence, query, cancellationToken);
}
