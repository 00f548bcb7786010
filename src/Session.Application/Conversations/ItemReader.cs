using SessionService.Application.Messages;
using SessionService.Domain.Conversations;
using SessionService.Domain.Errors;
using SessionService.Domain.Messages;

namespace SessionService.Application.Conversations;

/// <summary>Reads the messages of a session as items.</summary>
public sealed class ItemReader(IMessageReader messages, IItemIds ids, MessageFiles files)
{
    /// <summary>Whether a message says something, in whatever branch. One that was redacted or removed says nothing.</summary>
    internal async Task<bool> IsThereAsync(string userId, Guid sessionId, long sequence, CancellationToken cancellationToken) =>
        await messages.FindAsync(userId, [new MessagePosition(sessionId, sequence)], cancellationToken) is [{ RedactedAt: null }];

    /// <summary>The items of a page, and whether there are more.</summary>
    /// <exception cref="NotFoundException">The user has no such conversation.</exception>
    internal async Task<(IReadOnlyList<ShownItem> Items, bool HasMore)> ListAsync(
        string userId, Guid sessionId, ItemPlace? after, ListItemsQuery query, CancellationToken cancellationToken)
    {
        // The message of the item that the page begins after may have more items.
        var selection = new MessageSelection
        {
            Order = query.IsAscending ? MessageOrder.OldestFirst : MessageOrder.NewestFirst,
            After = query.IsAscending && after is { } first ? first.Sequence - 1 : 0,
            Before = !query.IsAscending && after is { } last ? last.Sequence + 1 : long.MaxValue,
            Take = query.Take + 2,
        };
        var (shown, restored, items, bytes) = (new MessageItems(sessionId), files.ForAnswer(userId), new List<ShownItem>(), 0L);
        var isFull = false;
        var rest = selection;
        while (true)
        {
            using var portion = await messages.ReadAsync(userId, sessionId, rest, cancellationToken) ?? throw ConversationErrors.NotFound();
            foreach (var item in await ShowAsync(portion, query.IsAscending))
            {
                if (items.Count == query.Take || bytes >= MessagePage.MaxBytes)
                {
                    return (items, HasMore: true);
                }

                items.Add(item);
                bytes += item.Json.Value.Length;
            }

            if (isFull)
            {
                return (items, HasMore: true);
            }

            if (portion.Count == 0 || (portion.IsLast && portion.Count < rest.Take))
            {
                return (items, HasMore: false);
            }

            rest = rest.Rest(portion) with { Take = selection.Take };
        }

        async Task<List<ShownItem>> ShowAsync(MessagePortion portion, bool isAscending)
        {
            var given = await ids.ListAsync(userId, sessionId, portion, cancellationToken);
            var list = new List<ShownItem>();
            for (var i = 0; i < portion.Count; i++)
            {
                var message = await ItemMessage.Of(portion[i]).WithFilesAsync(restored, cancellationToken);
                if (restored.IsFull && items.Count + list.Count > 0)
                {
                    // The files of this message have room in the next answer.
                    isFull = true;
                    break;
                }

                var ofMessage = shown.Of(message, given.GetValueOrDefault(message.Sequence));
                list.AddRange((isAscending ? ofMessage : ofMessage.Reverse()).Where(IsBehind));
            }

            return list;
        }

        bool IsBehind(ShownItem item) =>
            after is not { } place
            || item.Place.Sequence != place.Sequence
            || (query.IsAscending ? item.Place.Index > place.Index : item.Place.Index < place.Index);
    }

    /// <summary>An item by its id, and whether its message has no other; <see langword="null"/> where there is none.</summary>
    internal async Task<(ShownItem Item, bool IsAlone)?> FindAsync(
        string userId, Guid sessionId, string id, CancellationToken cancellationToken)
    {
        var given = await ids.FindAsync(userId, sessionId, [id], cancellationToken);
        var place = given.TryGetValue(id, out var sequence) ? new ItemPlace(sequence, 0) : new ItemIds(sessionId).Read(id);
        if (place is not { Sequence: < long.MaxValue } one)
        {
            return null;
        }

        var selection = new MessageSelection
        {
            Order = MessageOrder.OldestFirst,
            After = one.Sequence - 1,
            Before = one.Sequence + 1,
            Take = 1,
        };
        using var portion = await messages.ReadAsync(userId, sessionId, selection, cancellationToken);
        if (portion is not { Count: 1 })
        {
            return null;
        }

        var message = await ItemMessage.Of(portion[0]).WithFilesAsync(files.ForAnswer(userId), cancellationToken);
        var known = await ids.ListAsync(userId, sessionId, portion, cancellationToken);
        var items = new MessageItems(sessionId).Of(message, known.GetValueOrDefault(message.Sequence));
        return items.FirstOrDefault(item => item.Id == id) is { } found ? (found, items.Count == 1) : null;
    }

    /// <summary>Messages that were written just now, as items.</summary>
    internal async Task<IReadOnlyList<ShownItem>> ShowAsync(
        string userId, Guid sessionId, IReadOnlyList<SessionMessage> written, CancellationToken cancellationToken)
    {
        var (shown, restored) = (new MessageItems(sessionId), files.ForAnswer(userId));
        var given = await ids.ListAsync(userId, sessionId, written[0].Sequence, written[^1].Sequence, cancellationToken);
        var items = new List<ShownItem>(written.Count);
        foreach (var message in written)
        {
            items.AddRange(shown.Of(
                await ItemMessage.Of(message).WithFilesAsync(restored, cancellationToken), given.GetValueOrDefault(message.Sequence)));
        }

        return items;
    }
}
