using Npgsql;
using SessionService.Application.Idempotency;
using SessionService.Domain.Idempotency;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>What is known of the writes that carried a key.</summary>
internal sealed class IdempotencyRecords(NpgsqlDataSource dataSource)
{
    private const string Find =
        "SELECT request_hash, session_id, answer, created_at FROM dev.idempotency_keys WHERE user_id = $1 AND idempotency_key = $2";

    // Several instances may do so at once: each takes rows that the others have not.
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
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Find, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = userId },
                new NpgsqlParameter<string> { TypedValue = key.Value },
            },
        };
        await command.PrepareAsync(cancellationToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? null : new IdempotencyRecord
        {
            UserId = userId,
            Key = key.Value,
            RequestHash = reader.GetFieldValue<byte[]>(0),
            SessionId = reader.GetGuid(1),
            Answer = reader.GetString(2),
            CreatedAt = reader.GetFieldValue<DateTimeOffset>(3),
        };
    }

    /// <summary>Removes the keys of writes made before a time, some at once, and tells of how many.</summary>
    public async Task RemoveAsync(DateTimeOffset before, Action<int> onRemoved, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        int removed;
        do
        {
            await using var command = new NpgsqlCommand(RemoveSome, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<DateTimeOffset> { TypedValue = before },
                    new NpgsqlParameter<int> { TypedValue = RemovedAtOnce },
                },
            };
            removed = await command.ExecuteNonQueryAsync(cancellationToken);
            onRemoved(removed);
        }
        while (removed == RemovedAtOnce);
    }
}
