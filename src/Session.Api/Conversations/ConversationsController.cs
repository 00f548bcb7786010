using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Api.Turns;
using SessionService.Application.Conversations;

namespace SessionService.Api.Conversations;

/// <summary>OpenAI's conversations: its SDKs work with this service as their base URL. A conversation is a session.</summary>
[ApiController]
[Tags("OpenAI Conversations")]
[Route("v1/conversations")]
public sealed class ConversationsController(ConversationsService conversations) : ControllerBase
{
    /// <summary>Creates a conversation</summary>
    /// <remarks>
    /// The conversation is a session, its items are messages, and its metadata are the session's. With an `Idempotency-Key`, the same
    /// request sent again creates nothing, and adds the items if they are missing.
    /// </remarks>
    /// <param name="request">The conversation.</param>
    /// <response code="200">The conversation.</response>
    [HttpPost(Name = "create_conversation")]
    [ProducesResponseType<ConversationResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status409Conflict)]
    public async Task<ConversationResponse> Create(
        CreateConversationRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromNamedCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.MarkReplay(await conversations.CreateAsync(userId, request, idempotencyKey, cancellationToken));

    /// <summary>Gets a conversation</summary>
    /// <remarks>Every session of the caller is a conversation. Values of its metadata that are no strings are left out.</remarks>
    /// <response code="200">The conversation.</response>
    [HttpGet("{conversation_id}", Name = "get_conversation")]
    [ProducesResponseType<ConversationResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ConversationResponse> Get(
        [FromConversationId] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        conversations.GetAsync(userId, sessionId, cancellationToken);

    /// <summary>Replaces the metadata of a conversation</summary>
    /// <remarks>Values of the session's metadata that are no strings stay, unless a new pair has their key.</remarks>
    /// <param name="request">The metadata.</param>
    /// <response code="200">The conversation as it is now.</response>
    [HttpPost("{conversation_id}", Name = "update_conversation")]
    [ProducesResponseType<ConversationResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ConversationResponse> Update(
        [FromConversationId] Guid sessionId,
        UpdateConversationRequest request,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        conversations.UpdateAsync(userId, sessionId, request, cancellationToken);

    /// <summary>Deletes a conversation</summary>
    /// <remarks>The session is gone for good, with its messages and everything that was derived from them.</remarks>
    /// <response code="200">The conversation is deleted.</response>
    [HttpDelete("{conversation_id}", Name = "delete_conversation")]
    [TakesTurn(Work.Erasure)]
    [DisableRequestTimeout]
    [ProducesResponseType<ConversationDeletedResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ConversationDeletedResponse> Delete(
        [FromConversationId] Guid sessionId, [FromCaller] string userId, CancellationToken cancellationToken) =>
        conversations.DeleteAsync(userId, sessionId, cancellationToken);
}
