using Microsoft.EntityFrameworkCore;
using SessionService.Application.Idempotency;
using SessionService.Domain.Idempotency;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>The writes that were made with a key.</summary>
internal sealed class IdempotencyRecords(SessionContexts contexts, Database database)
{
    // By hand for SKIP LOCKED: several instances remove at once, and each takes rows that the others have not locked.
    private const string RemoveSome =
        """
        DELETE FROM dev.idempotency_keys
        WHERE (user_id, idempotency_key) IN (
            SELECT user_id, idempotency_key
            FROM dev.idempotency_keys
            WHERE created_at < $1
            ORDER BY created_at
            LIMIT $2
            FOR UPDATE SKIP LOCKED)
        """;

    private const int RemovedAtOnce = 5_000;

    /// <summary>The write that was made under a key, as of now; <see langword="null"/> when there is none.</summary>
    public async Task<IdempotencyRecord?> FindAsync(string userId, IdempotencyKey key, CancellationToken cancellationToken)
    {
        await using var context = contexts.OfPrimary();
        return await context.IdempotencyRecords.AsNoTracking()
            .SingleOrDefaultAsync(record => record.UserId == userId && record.Key == key.Value, cancellationToken);
    }

    /// <summary>Removes the keys of writes made before a time, some at once, and tells of how many.</summary>
    public async Task RemoveAsync(DateTimeOffset before, Action<int> onRemoved, CancellationToken cancellationToken)
    {
        int removed;
        do
        {
            removed = await database.WriteAsync(
                sql => sql.Statement(RemoveSome, before, RemovedAtOnce).ExecuteAsync(cancellationToken), cancellationToken);
            onRemoved(removed);
        }
        while (removed == RemovedAtOnce);
    }
}
