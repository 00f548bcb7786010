using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Erasure;

/// <summary>How much belongs to a session.</summary>
public sealed class SessionDataResponse : UserDataResponse
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    public static SessionDataResponse Of(string userId, Guid sessionId, UserDataCounts counts) => new()
    {
        SessionId = sessionId,
        UserId = userId,
        Sessions = counts.Sessions,
        Messages = counts.Messages,
        Rows = counts.Rows,
    };
}
