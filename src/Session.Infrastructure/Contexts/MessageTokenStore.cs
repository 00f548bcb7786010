using Microsoft.EntityFrameworkCore;
using SessionService.Application.Contexts.Tokens;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Persistence.Tables;

namespace SessionService.Infrastructure.Contexts;

internal sealed class MessageTokenStore(SessionDbContext context) : IMessageTokens
{
    public async Task<IReadOnlyDictionary<long, int>> ReadAsync(
        string userId, Guid sessionId, long first, long last, string tokenizer, CancellationToken cancellationToken)
    {
        var (from, to) = (TokenDigest.BlockOf(first), TokenDigest.BlockOf(last));
        var blocks = await context.MessageTokens.AsNoTracking()
            .Where(t => t.UserId == userId && t.SessionId == sessionId && t.Block >= from && t.Block <= to && t.Tokenizer == tokenizer)
            .ToListAsync(cancellationToken);
        return blocks
            .SelectMany(block => block.Counts.Select(
                (count, place) => (Sequence: ((long)block.Block * MessageTokens.Size) + place + 1, Count: count)))
            .Where(counted => counted.Count > TokenDigest.NotCounted)
            .ToDictionary(counted => counted.Sequence, counted => counted.Count);
    }
}
