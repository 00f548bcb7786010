using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Keys;

/// <summary>A key, without its secret.</summary>
public class KeyResponse
{
    /// <summary>The public id of the key. It is also the first part of the key's text.</summary>
    /// <example>01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2</example>
    [Required]
    public required Guid KeyId { get; init; }

    /// <summary>The user for whom the key acts; null for the key of a service.</summary>
    /// <example>test_user_123</example>
    public required string? UserId { get; init; }

    /// <summary>Whether it is the key of a service, which acts for any user.</summary>
    /// <example>false</example>
    [Required]
    public required bool Service { get; init; }

    /// <summary>What the key is for; null where nobody said.</summary>
    /// <example>laptop</example>
    public required string? Name { get; init; }

    /// <summary>When the key was created.</summary>
    /// <example>2025-09-23T14:21:49.365937Z</example>
    [Required]
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>From when on the key is refused; null where it does not expire.</summary>
    /// <example>null</example>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>When the key was revoked; null where it was not.</summary>
    /// <example>null</example>
    public required DateTimeOffset? RevokedAt { get; init; }

    /// <summary>When the key was last used, to within some minutes; null where it was not.</summary>
    /// <example>null</example>
    public required DateTimeOffset? LastUsedAt { get; init; }
}

/// <summary>A new key, with its text.</summary>
public sealed class CreatedKeyResponse : KeyResponse
{
    /// <summary>The text to send in <c>Authorization: Bearer</c>. It is told here only, and cannot be found out later.</summary>
    /// <example>sk-01997b2e6a3c7d5e8f1092a4b6c8d0e2-and-48-more-characters</example>
    [Required]
    public required string Key { get; init; }
}

/// <summary>A page of keys, newest first.</summary>
public sealed class KeyListResponse
{
    /// <summary>The keys of the page.</summary>
    [Required]
    public required IReadOnlyList<KeyResponse> Keys { get; init; }

    /// <summary>How many keys there are in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Keys a page.</summary>
    /// <example>50</example>
    [Required]
    public required int PageSize { get; init; }
}
