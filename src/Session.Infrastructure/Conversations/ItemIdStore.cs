using Microsoft.EntityFrameworkCore;
using SessionService.Application.Conversations;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Conversations;

internal sealed class ItemIdStore(SessionDbContext context) : IItemIds
{
    public async Task<IReadOnlyDictionary<string, long>> FindAsync(
        string userId, Guid sessionId, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        await context.ConversationItems
            .Where(item => item.UserId == userId && item.SessionId == sessionId && ids.Contains(item.ItemId))
            .ToDictionaryAsync(item => item.ItemId, item => item.Sequence, StringComparer.Ordinal, cancellationToken);

    public async Task<IReadOnlyDictionary<long, string>> ListAsync(
        string userId, Guid sessionId, long first, long last, CancellationToken cancellationToken) =>
        await context.ConversationItems
            .Where(item => item.UserId == userId && item.SessionId == sessionId && item.Sequence >= first && item.Sequence <= last)
            .ToDictionaryAsync(item => item.Sequence, item => item.ItemId, cancellationToken);
}
