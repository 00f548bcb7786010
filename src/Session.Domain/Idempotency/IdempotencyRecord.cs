namespace SessionService.Domain.Idempotency;

/// <summary>
/// A write with an idempotency key. The record is written in the transaction of the write, so the key is taken if and only if the write was
/// committed. Of what the client sent, the record holds the key alone.
/// </summary>
public sealed class IdempotencyRecord
{
    /// <summary>The owner of the key. The same key of another user is another key.</summary>
    public required string UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of the operation and the request. A different request with the same key is refused.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The session that the write created or changed.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>
    /// The values of the first answer that the database chose, as JSON text. The rest of that answer follows from the request.
    /// </summary>
    public required string Answer { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether the hash is that of the request that took the key.</summary>
    public bool IsOf(ReadOnlySpan<byte> requestHash) => requestHash.SequenceEqual(RequestHash);
}
