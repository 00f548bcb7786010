using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Identity;
using SessionService.Application.Messages;

namespace SessionService.Api.Messages;

/// <summary>Messages of a session, numbered 1, 2, 3 … without gaps.</summary>
[ApiController]
[Tags("Messages")]
[Route("api/v1/sessions/{session_id:guid}/messages")]
public sealed class MessagesController(MessagesService messages) : ControllerBase
{
    /// <summary>Appends a message</summary>
    /// <remarks>
    /// The message takes the session's next number. It and the session's totals and <c>last_activity</c> change together or not
    /// at all. An ended session takes no messages.
    /// </remarks>
    /// <param name="sessionId">The session's id.</param>
    /// <param name="request">The message.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <response code="201">The message as stored, with its number.</response>
    [HttpPost(Name = "append_message")]
    [ProducesResponseType<MessageResponse>(StatusCodes.Status201Created)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<IActionResult> Append(
        [FromRoute(Name = "session_id")] Guid sessionId, CreateMessageRequest request, [FromCaller] Caller caller, CancellationToken cancellationToken)
    {
        var message = await messages.AppendAsync(sessionId, request, caller, cancellationToken);
        // Pages of one message: page n holds message n, for good.
        return Created($"/api/v1/sessions/{sessionId}/messages?page={message.Sequence}&page_size=1", message);
    }

    /// <summary>Lists messages</summary>
    /// <remarks>In the order of their numbers, the oldest first unless <c>order=desc</c>. A page beyond the end is empty.</remarks>
    /// <param name="sessionId">The session's id.</param>
    /// <param name="query">Which messages.</param>
    /// <param name="caller">The caller.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    /// <response code="200">A page of messages.</response>
    [HttpGet(Name = "list_messages")]
    [ProducesResponseType<MessageListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<MessageListResponse> List(
        [FromRoute(Name = "session_id")] Guid sessionId, [FromQuery(Name = "")] ListMessagesQuery query, [FromCaller] Caller caller, CancellationToken cancellationToken) =>
        messages.ListAsync(sessionId, query, caller, cancellationToken);
}
