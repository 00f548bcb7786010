using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>Removes the old keys of all users together.</summary>
internal sealed class OldKeys(Database database) : IOldKeys
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
