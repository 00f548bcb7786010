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
