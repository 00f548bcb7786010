namespace SessionService.Client;

/// <summary>A key to create, for a user or for a service.</summary>
public sealed class CreateKeyRequest
{
    /// <summary>The user for whom the key acts. Not together with <c>service</c>.</summary>
    public string? UserId { get; set; }

    /// <summary><c>true</c>: the key of a service, which acts for any user that it names in <c>X-User-Id</c>, and manages keys.</summary>
    public bool? Service { get; set; }

    /// <summary>What the key is for, up to 255 characters without line breaks.</summary>
    public string? Name { get; set; }

    /// <summary>From when on the key is refused (RFC 3339, in the future). Without it the key does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
}

/// <summary>A key, without its secret.</summary>
public class KeyResponse
{
    /// <summary>The public id of the key. It is also the first part of the key's text.</summary>
    public Guid KeyId { get; set; }

    /// <summary>The user for whom the key acts; null for the key of a service.</summary>
    public string? UserId { get; set; }

    /// <summary>Whether it is the key of a service, which acts for any user.</summary>
    public bool Service { get; set; }

    /// <summary>What the key is for; null where nobody said.</summary>
    public string? Name { get; set; }

    /// <summary>When the key was created.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>From when on the key is refused; null where it does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>When the key was revoked; null where it was not.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    /// <summary>When the key was last used, to within some minutes; null where it was not.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }
}

/// <summary>A new key, with its text.</summary>
public sealed class CreatedKeyResponse : KeyResponse
{
    /// <summary>The text to send in <c>Authorization: Bearer</c>. It is told here only, and cannot be found out later.</summary>
    public string Key { get; set; } = "";
}

/// <summary>A page of keys, newest first.</summary>
public sealed class KeyListResponse
{
    /// <summary>The keys of the page.</summary>
    public IReadOnlyList<KeyResponse> Keys { get; set; } = [];

    /// <summary>How many keys there are in all, not only on this page.</summary>
    public long Total { get; set; }

    /// <summary>The number of the page, from 1.</summary>
    public int Page { get; set; }

    /// <summary>Keys a page.</summary>
    public int PageSize { get; set; }
}
