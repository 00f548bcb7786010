using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Messages;

/// <summary>A page of a session's messages.</summary>
public sealed class MessageListResponse
{
    /// <summary>The messages of the page.</summary>
    [Required]
    public required IReadOnlyList<MessageResponse> Messages { get; init; }

    /// <summary>How many messages there are in all, not only on this page.</summary>
    /// <example>2</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Messages a page.</summary>
    /// <example>100</example>
    [Required]
    public required int PageSize { get; init; }
}
