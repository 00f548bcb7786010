namespace SessionService.Domain.Idempotency;

/// <summary>
/// A write that carried an idempotency key. Written in the transaction of the write itself, so the key is taken if and only if the write
/// was made. Holds nothing that the client wrote but the key.
/// </summary>
public sealed class IdempotencyRecord
{
    /// <summary>Whose key it is: users' keys do not meet.</summary>
    public required string UserId { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of what was asked for: another request under the same key is a mistake of the client's.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>The session that was written to, or made.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>What the database decided and the first answer told, JSON as text; the rest of that answer follows from the request.</summary>
    public required string Answer { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it was made by a request of this hash; else the key was used for another.</summary>
    public bool IsOf(ReadOnlySpan<byte> requestHash) => requestHash.SequenceEqual(RequestHash);
}
