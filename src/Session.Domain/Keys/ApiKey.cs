namespace SessionService.Domain.Keys;

/// <summary>A key with which a user or a service calls. Only the hash of its secret is kept.</summary>
public sealed class ApiKey
{
    /// <summary>Unicode code points of a name.</summary>
    public const int MaxNameLength = 255;

    /// <summary>The public part of the key, by which the key is looked up, listed and revoked.</summary>
    public required Guid KeyId { get; init; }

    /// <summary>The user for whom the key acts; <see langword="null"/> for a service, which names the user in each request.</summary>
    public required string? UserId { get; init; }

    public string? Name { get; init; }

    /// <summary>SHA-256 of the secret. The secret is random and long, so a slow hash would add nothing.</summary>
    public required byte[] SecretHash { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on the key is refused; <see langword="null"/> where it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When the key was last used, to within a few minutes.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public bool IsValidAt(DateTimeOffset time) => RevokedAt is null && !(time >= ExpiresAt);
}
