namespace SessionService.Infrastructure.Idempotency;

/// <summary>The part of a writing statement that takes the keys of its writes. By hand because that statement is.</summary>
internal static class IdempotencySql
{
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
}
