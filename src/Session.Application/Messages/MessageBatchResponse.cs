using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Messages;

/// <summary>The messages of a batch, as stored.</summary>
public sealed class MessageBatchResponse
{
    /// <summary>The messages, in the order of their numbers.</summary>
    [Required]
    public required IReadOnlyList<MessageResponse> Messages { get; init; }

    /// <summary>How many they are.</summary>
    /// <example>2</example>
    [Required]
    public required int Total { get; init; }
}
