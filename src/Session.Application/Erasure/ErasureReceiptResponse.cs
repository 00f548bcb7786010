using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Erasure;

/// <summary>What was removed.</summary>
public class ErasureReceiptResponse
{
    /// <summary>The user.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>All that was there at this time is gone.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    public required DateTimeOffset ErasedAt { get; init; }

    /// <summary>Sessions that this request removed.</summary>
    /// <example>1</example>
    [Required]
    public required long Sessions { get; init; }

    /// <summary>Messages that were in these sessions.</summary>
    /// <example>2</example>
    [Required]
    public required long Messages { get; init; }

    /// <summary>The rows that this request removed from each table of the database that holds anything of a user's.</summary>
    /// <example>{"sessions": 1, "session_messages": 2}</example>
    [Required]
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    public static ErasureReceiptResponse Of(string userId, DateTimeOffset erasedAt, UserDataCounts erased) =>
        new() { UserId = userId, ErasedAt = erasedAt, Sessions = erased.Sessions, Messages = erased.Messages, Rows = erased.Rows };
}
