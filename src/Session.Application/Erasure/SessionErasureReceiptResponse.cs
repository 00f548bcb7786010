using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Erasure;

/// <summary>What was removed with a session.</summary>
public sealed class SessionErasureReceiptResponse : ErasureReceiptResponse
{
    /// <summary>The session.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    public static SessionErasureReceiptResponse Of(string userId, Guid sessionId, DateTimeOffset erasedAt, UserDataCounts erased) => new()
    {
        SessionId = sessionId,
        UserId = userId,
        ErasedAt = erasedAt,
        Sessions = erased.Sessions,
        Messages = erased.Messages,
        Rows = erased.Rows,
    };
}
