using SessionService.Application.Messages;

namespace SessionService.Application.Conversations;

/// <summary>The ids that clients gave items. They are stored with the messages, in the same statement.</summary>
public interface IItemIds
{
    /// <summary>The numbers of the messages that have these ids in a conversation; ids that no item has are left out.</summary>
    Task<IReadOnlyDictionary<string, long>> FindAsync(
        string userId, Guid sessionId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken);

    /// <summary>The ids of the messages of a range, by their numbers.</summary>
    Task<IReadOnlyDictionary<long, string>> ListAsync(
        string userId, Guid sessionId, long first, long last, CancellationToken cancellationToken);
}

public static class ItemIdsOfMessages
{
    /// <summary>The ids of the messages of a portion. None is looked for where no message has parts with an id.</summary>
    public static async Task<IReadOnlyDictionary<long, string>> ListAsync(
        this IItemIds ids, string userId, Guid sessionId, MessagePortion portion, CancellationToken cancellationToken)
    {
        var (first, last) = (long.MaxValue, 0L);
        for (var i = 0; i < portion.Count; i++)
        {
            if (portion[i].Parts.Span.IndexOf("\"id\""u8) >= 0)
            {
                first = Math.Min(first, portion[i].Sequence);
                last = Math.Max(last, portion[i].Sequence);
            }
        }

        return last == 0 ? new Dictionary<long, string>() : await ids.ListAsync(userId, sessionId, first, last, cancellationToken);
    }
}
