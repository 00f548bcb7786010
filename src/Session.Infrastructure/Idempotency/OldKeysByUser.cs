using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>Removes the old keys user by user: in a sharded database a statement that writes goes to one shard.</summary>
internal sealed class OldKeysByUser(Database database) : IOldKeys
{
    private const string FindUsers =
        """
        SELECT DISTINCT user_id
        FROM dev.idempotency_keys
        WHERE user_id > $1 AND created_at < $2
        ORDER BY user_id
        LIMIT $3
        """;

    // By hand for SKIP LOCKED, as of all users together.
    private const string RemoveSome =
        """
        DELETE FROM dev.idempotency_keys
        WHERE user_id = $1 AND idempotency_key IN (
            SELECT idempotency_key
            FROM dev.idempotency_keys
            WHERE user_id = $1 AND created_at < $2
            ORDER BY idempotency_key
            LIMIT $3
            FOR UPDATE SKIP LOCKED)
        """;

    private const int UsersAtOnce = 1_000;

    private const int RemovedAtOnce = 5_000;

    public async Task RemoveAsync(DateTimeOffset before, Action<int> onRemoved, CancellationToken cancellationToken)
    {
        List<string> users = [];
        do
        {
            var last = users is [.., var one] ? one : "";
            users = await database.ReadAsync(
                sql => sql.Statement(FindUsers, last, before, UsersAtOnce).ListAsync(row => row.GetString(0), cancellationToken),
                cancellationToken);
            foreach (var user in users)
            {
                await RemoveAsync(user, before, onRemoved, cancellationToken);
            }
        }
        while (users.Count == UsersAtOnce);
    }

    private async Task RemoveAsync(string user, DateTimeOffset before, Action<int> onRemoved, CancellationToken cancellationToken)
    {
        int removed;
        do
        {
            removed = await database.WriteAsync(
                sql => sql.Statement(RemoveSome, user, before, RemovedAtOnce).ExecuteAsync(cancellationToken), cancellationToken);
            onRemoved(removed);
        }
        while (removed == RemovedAtOnce);
    }
}
