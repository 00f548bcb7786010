using System.Globalization;
using FluentValidation;
using SessionService.Application.Idempotency;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>The items of OpenAI's conversations. Each that is written is a message.</summary>
public sealed class ConversationItemsService(
    MessagesService messages,
    IMessageStore store,
    IMessageRedaction redaction,
    ISessionStore sessions,
    ItemReader reader,
    IItemIds ids,
    IValidator<CreateMessageBatchRequest> validator,
    TimeProvider time)
{
    private const string Items = "items";

    // Each is read by itself, with the files of its message.
    private const int MaxReferences = 20;

    /// <summary>Adds items, all of them or none.</summary>
    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    /// <exception cref="InvalidFieldException">An item is not what that API takes, or its id is taken.</exception>
    /// <exception cref="ConflictException">The session has ended, or the key was used for another request.</exception>
    public async Task<Written<ConversationItemListResponse>> CreateAsync(
        string userId, Guid sessionId, CreateItemsRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var given = await ReadAsync(request.Items ?? throw new InvalidFieldException(Items, "is required"), cancellationToken);
        if (await sessions.FindAsync(userId, sessionId, cancellationToken) is null)
        {
            throw ConversationErrors.NotFound();
        }

        var key = IdempotencyKey.Of(idempotencyKey, $"create_items {sessionId}", request);
        var isReplay = key is not null && await store.FindByKeyAsync(userId, key, cancellationToken) is not null;
        var referred = await FindReferredAsync(userId, sessionId, given, isReplay, cancellationToken);
        var added = given.Where(item => item.New is not null).ToList();
        if (added.Count == 0)
        {
            return new Written<ConversationItemListResponse>(
                ConversationItemListResponse.Of([.. referred.OfType<ShownItem>()], hasMore: false), IsReplay: false);
        }

        if (!isReplay)
        {
            await RefuseShownIdsAsync(userId, sessionId, added, cancellationToken);
        }

        var written = await AppendAsync(userId, sessionId, [.. added.Select(item => item.New!.ToMessage())], key, cancellationToken);
        var shown = new Queue<ShownItem>(await reader.ShowAsync(userId, sessionId, written.Resource, cancellationToken));
        var references = new Queue<ShownItem?>(referred);
        var all = given.Select(item => item.New is null ? references.Dequeue() : shown.TryDequeue(out var one) ? one : null);
        return new Written<ConversationItemListResponse>(
            ConversationItemListResponse.Of([.. all.OfType<ShownItem>()], hasMore: false), written.IsReplay);
    }

    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    /// <exception cref="InvalidFieldException">There is no item to begin after.</exception>
    public async Task<ConversationItemListResponse> ListAsync(
        string userId, Guid sessionId, ListItemsQuery query, CancellationToken cancellationToken)
    {
        ItemPlace? after = null;
        if (query.After is { Length: > 0 } id)
        {
            after = await FindPlaceAsync(userId, sessionId, id, cancellationToken);
            if (after is null)
            {
                // Only now is the conversation looked for, to tell which of the two there is not.
                throw await sessions.FindAsync(userId, sessionId, cancellationToken) is null
                    ? ConversationErrors.NotFound()
                    : new InvalidFieldException("after", "is the id of no item of this conversation");
            }
        }

        var (items, hasMore) = await reader.ListAsync(userId, sessionId, after, query, cancellationToken);
        return ConversationItemListResponse.Of(items, hasMore);
    }

    /// <exception cref="NotFoundException">The user has no such conversation, or no such item in it.</exception>
    public async Task<JsonText> GetAsync(string userId, Guid sessionId, string itemId, CancellationToken cancellationToken)
    {
        var (item, _) = await FindAsync(userId, sessionId, itemId, cancellationToken);
        return item.Json;
    }

    /// <summary>Removes the message of an item.</summary>
    /// <exception cref="NotFoundException">The user has no such conversation, or no such item in it.</exception>
    /// <exception cref="ConflictException">The item is one of several of a message.</exception>
    public async Task DeleteAsync(string userId, Guid sessionId, string itemId, CancellationToken cancellationToken)
    {
        var (item, isAlone) = await FindAsync(userId, sessionId, itemId, cancellationToken);
        if (!isAlone)
        {
            throw ConversationErrors.ItemIsPartOfMessage(item.Place.Sequence);
        }

        var result = await redaction.RedactAsync(
            new Redaction(userId, sessionId, item.Place.Sequence, Removes: true, time.GetDatabaseNow()), cancellationToken);

        // Of two deletions at once one finds the item.
        if (result is not { Outcome: RedactOutcome.Redacted, IsRemoved: true })
        {
            throw ConversationErrors.ItemNotFound();
        }
    }

    /// <summary>Reads the items of a request.</summary>
    /// <exception cref="InvalidFieldException">An item is not what that API takes.</exception>
    internal async Task<IReadOnlyList<GivenItem>> ReadAsync(JsonText items, CancellationToken cancellationToken)
    {
        var given = GivenItems.Read(items);
        var added = given.Where(item => item.New is not null).ToList();
        if (added.Count > 0)
        {
            var batch = new CreateMessageBatchRequest { Messages = [.. added.Select(item => item.New!.ToMessage())] };
            var result = await validator.ValidateAsync(batch, cancellationToken);
            if (result.Errors is [var first, ..])
            {
                throw new InvalidFieldException(FieldOf(first.PropertyName, added), first.ErrorMessage);
            }
        }

        return given;
    }

    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    internal async Task<Written<IReadOnlyList<SessionMessage>>> AppendAsync(
        string userId,
        Guid sessionId,
        IReadOnlyList<CreateMessageRequest> added,
        IdempotencyKey? key,
        CancellationToken cancellationToken) =>
        await messages.AppendAsync(
            userId,
            sessionId,
            added,
            expectedSequence: null,
            key,
            i => string.Create(CultureInfo.InvariantCulture, $"{Items}[{i}]"),
            cancellationToken);

    // A message has one part, the item: what is wrong with it is wrong with the item.
    private static string FieldOf(string property, List<GivenItem> added)
    {
        var open = property.IndexOf('[', StringComparison.Ordinal);
        var close = property.IndexOf(']', StringComparison.Ordinal);
        return open >= 0
            && close > open
            && int.TryParse(property.AsSpan(open + 1, close - open - 1), CultureInfo.InvariantCulture, out var index)
            && index < added.Count
                ? added[index].Field
                : Items;
    }

    /// <param name="isReplay">Whether the items were added before: what they refer to may have gone since.</param>
    private async Task<List<ShownItem?>> FindReferredAsync(
        string userId, Guid sessionId, IReadOnlyList<GivenItem> given, bool isReplay, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, ShownItem?>(StringComparer.Ordinal);
        var found = new List<ShownItem?>();
        var length = 0L;
        foreach (var item in given.Where(item => item.Reference is not null))
        {
            if (!known.TryGetValue(item.Reference!, out var referred))
            {
                if (known.Count == MaxReferences)
                {
                    throw new InvalidFieldException(Items, $"must refer to at most {MaxReferences} items");
                }

                referred = (await reader.FindAsync(userId, sessionId, item.Reference!, cancellationToken))?.Item;
                known.Add(item.Reference!, referred);
            }

            length += referred?.Json.Value.Length ?? 0;
            if (length > MessagePage.MaxBytes)
            {
                throw new InvalidFieldException(Items, "must not refer to more than 16 MiB of items");
            }

            found.Add(referred is not null || isReplay
                ? referred
                : throw new InvalidFieldException($"{item.Field}.id", "refers to an item that the conversation does not have"));
        }

        return found;
    }

    /// <summary>
    /// Refuses ids of the form of those that the conversation gives itself, unless their message was removed: somebody puts it back. The
    /// ids that clients gave are compared by the database.
    /// </summary>
    private async Task RefuseShownIdsAsync(
        string userId, Guid sessionId, List<GivenItem> added, CancellationToken cancellationToken)
    {
        var derived = new ItemIds(sessionId);
        var own = added.Where(item => item.New!.Id is { } id && derived.Read(id) is not null).ToList();
        if (own.Count == 0)
        {
            return;
        }

        var session = await sessions.FindAsync(userId, sessionId, cancellationToken) ?? throw ConversationErrors.NotFound();
        foreach (var item in own)
        {
            var id = item.New!.Id!;
            if (derived.Read(id)!.Value.Sequence > session.MessageCount
                || await reader.IsThereAsync(userId, sessionId, derived.Read(id)!.Value.Sequence, cancellationToken))
            {
                throw ConversationErrors.ItemIdTaken($"{item.Field}.id");
            }
        }
    }

    private async Task<(ShownItem Item, bool IsAlone)> FindAsync(
        string userId, Guid sessionId, string itemId, CancellationToken cancellationToken)
    {
        if (await reader.FindAsync(userId, sessionId, itemId, cancellationToken) is { } found)
        {
            return found;
        }

        throw await sessions.FindAsync(userId, sessionId, cancellationToken) is null
            ? ConversationErrors.NotFound()
            : ConversationErrors.ItemNotFound();
    }

    private async Task<ItemPlace?> FindPlaceAsync(string userId, Guid sessionId, string id, CancellationToken cancellationToken) =>
        (await ids.FindAsync(userId, sessionId, [id], cancellationToken)).TryGetValue(id, out var sequence)
            ? new ItemPlace(sequence, 0)
            : new ItemIds(sessionId).Read(id);
}
