using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Sessions;

/// <summary>A page of a user's sessions, newest first.</summary>
public sealed class SessionListResponse
{
    /// <summary>The sessions of the page.</summary>
    [Required]
    public required IReadOnlyList<SessionResponse> Sessions { get; init; }

    /// <summary>How many sessions there are in all, not only on this page.</summary>
    /// <example>1</example>
    [Required]
    public required long Total { get; init; }

    /// <summary>The number of the page, from 1; with a cursor always 1.</summary>
    /// <example>1</example>
    [Required]
    public required int Page { get; init; }

    /// <summary>Sessions a page.</summary>
    /// <example>50</example>
    [Required]
    public required int PageSize { get; init; }

    /// <summary>Where the list goes on, to be given as <c>cursor</c>; null at its end.</summary>
    /// <example>null</example>
    public required string? NextCursor { get; init; }
}
