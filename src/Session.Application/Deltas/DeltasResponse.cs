using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Deltas;

/// <summary>How far a message in progress has grown.</summary>
public sealed class DeltasResponse
{
    /// <summary>The session's id.</summary>
    /// <example>a87a9d6e-4137-4d41-8ab8-a13c4abcc83e</example>
    [Required]
    public required Guid SessionId { get; init; }

    /// <summary>The number of the message.</summary>
    /// <example>2</example>
    [Required]
    public required long Sequence { get; init; }

    /// <summary>The index of the delta that the message takes next. All deltas before it are stored.</summary>
    /// <example>1</example>
    [Required]
    public required int NextIndex { get; init; }
}
