using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Erasure;

/// <summary>What was removed.</summary>
public sealed class ErasureReceiptResponse
{
    /// <summary>All that was there at this time is gone.</summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    [Required]
    public required DateTimeOffset ErasedAt { get; init; }

    /// <summary>What this request removed.</summary>
    [Required]
    public required UserDataResponse Erased { get; init; }
}
