using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Sessions;

/// <summary>The session has ended.</summary>
public sealed class SessionEndedResponse
{
    /// <summary>Always the same sentence.</summary>
    /// <example>Session ended successfully</example>
    [Required]
    public string Message { get; init; } = "Session ended successfully";
}
