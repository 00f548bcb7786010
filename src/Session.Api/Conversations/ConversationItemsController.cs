using Microsoft.AspNetCore.Mvc;
using SessionService.Api.Compression;
using SessionService.Api.Idempotency;
using SessionService.Api.Identity;
using SessionService.Api.OpenApi;
using SessionService.Application.Conversations;
using SessionService.Application.Json;

namespace SessionService.Api.Conversations;

/// <summary>The items of OpenAI's conversations. An item is a message with one part, the item.</summary>
[ApiController]
[Tags("OpenAI Conversations")]
[Route("v1/conversations/{conversation_id}/items")]
public sealed class ConversationItemsController(ConversationItemsService items, ConversationsService conversations) : ControllerBase
{
    /// <summary>Adds items to a conversation</summary>
    /// <remarks>
    /// All items are added or none, in one transaction, in the given order: 1,000 at most. An item keeps the `id` that it comes with,
    /// which no other item of the conversation may have.
    /// </remarks>
    /// <param name="request">The items.</param>
    /// <response code="200">The items with their ids.</response>
    [HttpPost(Name = "create_conversation_items")]
    [TakesInclude]
    [ProducesResponseType<ConversationItemListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<ConversationItemListResponse> Create(
        [FromConversationId] Guid sessionId,
        CreateItemsRequest request,
        [FromIdempotencyKey] string? idempotencyKey,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        Response.MarkReplay(await items.CreateAsync(userId, sessionId, request, idempotencyKey, cancellationToken));

    /// <summary>Lists the items of a conversation</summary>
    /// <remarks>
    /// The newest first, or with `order=asc` the oldest. To read on, give `last_id` as `after` until `has_more` is false. Messages that
    /// were written by other routes are shown as items. An answer ends early at about 16 MiB.
    /// </remarks>
    /// <response code="200">The items.</response>
    [HttpGet(Name = "list_conversation_items")]
    [TakesInclude]
    [Compresses]
    [ProducesResponseType<ConversationItemListResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<ConversationItemListResponse> List(
        [FromConversationId] Guid sessionId,
        [FromQuery(Name = "")] ListItemsQuery query,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        items.ListAsync(userId, sessionId, query, cancellationToken);

    /// <summary>Gets an item</summary>
    /// <remarks>The item as it is in the lists.</remarks>
    /// <response code="200">The item.</response>
    [HttpGet("{item_id}", Name = "get_conversation_item")]
    [TakesInclude]
    [ProducesResponseType<JsonText>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound)]
    public Task<JsonText> Get(
        [FromConversationId] Guid sessionId,
        [FromRoute(Name = "item_id")] string? itemId,
        [FromCaller] string userId,
        CancellationToken cancellationToken) =>
        items.GetAsync(userId, sessionId, itemId ?? "", cancellationToken);

    /// <summary>Deletes an item</summary>
    /// <remarks>
    /// Its message is redacted, and removed from the conversation. Numbers and totals of the session stay. An item that is one of several
    /// of a message, as other routes write them, cannot be deleted alone.
    /// </remarks>
    /// <response code="200">The conversation.</response>
    [HttpDelete("{item_id}", Name = "delete_conversation_item")]
    [ProducesResponseType<ConversationResponse>(StatusCodes.Status200OK)]
    [ProducesProblem(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict)]
    public async Task<ConversationResponse> Delete(
        [FromConversationId] Guid sessionId,
        [FromRoute(Name = "item_id")] string? itemId,
        [FromCaller] string userId,
        CancellationToken cancellationToken)
    {
        await items.DeleteAsync(userId, sessionId, itemId ?? "", cancellationToken);
        return await conversations.GetAsync(userId, sessionId, cancellationToken);
    }
}
