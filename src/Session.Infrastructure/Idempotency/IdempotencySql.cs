using SessionService.Application.Idempotency;
using SessionService.Infrastructure.Persistence;

namespace SessionService.Infrastructure.Idempotency;

/// <summary>The part of a writing statement that takes the keys of its writes. By hand because that statement is.</summary>
internal static class IdempotencySql
{
    /// <summary>Which of the keys <c>$2</c> of a user are taken.</summary>
    public const string FindTaken =
        "SELECT idempotency_key FROM dev.idempotency_keys WHERE user_id = $1 AND idempotency_key = ANY ($2)";

    private const string TakeOne =
        """
        INSERT INTO dev.idempotency_keys (user_id, idempotency_key, request_hash, session_id, answer, created_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        """;

    /// <summary>
    /// Takes keys; after it comes the <c>FROM</c> with the columns <c>user_id</c>, <c>key</c>, <c>request_hash</c>, <c>session_id</c> and
    /// <c>now</c>. Fails with a unique violation where a key was taken since the statement began.
    /// </summary>
    /// <param name="answer">The answer to keep, <c>jsonb</c>.</param>
    public static string Claim(string answer) =>
        $"""
        INSERT INTO dev.idempotency_keys (user_id, idempotency_key, request_hash, session_id, answer, created_at)
        SELECT user_id, key, request_hash, session_id, {answer}, now
        """;

    /// <summary>Takes a key by a statement of its own.</summary>
    /// <inheritdoc cref="Claim"/>
    public static void Take(SqlBatch batch, string userId, IdempotencyKey key, Guid sessionId, string answer, DateTimeOffset now) =>
        batch.Add(TakeOne, userId, key.Value, key.RequestHash, sessionId, SqlValue.Json(answer), now);
}
