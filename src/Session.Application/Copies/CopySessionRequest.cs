using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Identity;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;

namespace SessionService.Application.Copies;

/// <summary>Who gets the copy of a session.</summary>
[NamesRecipient]
public sealed class CopySessionRequest
{
    /// <summary>The owner of the copy. The caller must be allowed to act for this user too.</summary>
    /// <example>another_user_456</example>
    [Required]
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? UserId { get; init; }
}

internal sealed class CopySessionRequestValidator : AbstractValidator<CopySessionRequest>
{
    public CopySessionRequestValidator()
    {
        RuleFor(r => r.UserId).Required();
        RuleFor(r => r.UserId).UserId();
    }
}
