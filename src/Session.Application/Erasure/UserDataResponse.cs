using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Erasure;

/// <summary>How much is stored about a user.</summary>
public class UserDataResponse
{
    /// <summary>The user.</summary>
    /// <example>test_user_123</example>
    [Required]
    public required string UserId { get; init; }

    /// <summary>Sessions of the user.</summary>
    /// <example>1</example>
    [Required]
    public required long Sessions { get; init; }

    /// <summary>Messages in these sessions.</summary>
    /// <example>2</example>
    [Required]
    public required long Messages { get; init; }

    /// <summary>The user's rows in each table of the database, in all tables that hold anything of a user's.</summary>
    /// <example>{"sessions": 1, "session_messages": 2}</example>
    [Required]
    public required IReadOnlyDictionary<string, long> Rows { get; init; }

    public static UserDataResponse Of(string userId, UserDataCounts counts) =>
        new() { UserId = userId, Sessions = counts.Sessions, Messages = counts.Messages, Rows = counts.Rows };
}
