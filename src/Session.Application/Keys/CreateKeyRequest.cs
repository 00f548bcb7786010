using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;
using SessionService.Domain.Keys;

namespace SessionService.Application.Keys;

/// <summary>A key to create, for a user or for a service.</summary>
public sealed class CreateKeyRequest
{
    /// <summary>The user for whom the key acts. Not together with <c>service</c>.</summary>
    /// <example>test_user_123</example>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? UserId { get; init; }

    /// <summary><c>true</c>: the key of a service, which acts for any user that it names in <c>X-User-Id</c>, and manages keys.</summary>
    /// <example>false</example>
    public bool? Service { get; init; }

    /// <summary>What the key is for, up to 255 characters without line breaks.</summary>
    /// <example>laptop</example>
    [StringLength(ApiKey.MaxNameLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Name { get; init; }

    /// <summary>From when on the key is refused (RFC 3339, in the future). Without it the key does not expire.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed class CreateKeyRequestValidator : AbstractValidator<CreateKeyRequest>
{
    public CreateKeyRequestValidator(TimeProvider time)
    {
        RuleFor(r => r.UserId).UserId();
        RuleFor(r => r.Service)
            .Must((request, isOfService) => isOfService is true ^ request.UserId is not null)
            .WithMessage("must be true, or user_id must be given, but not both");
        RuleFor(r => r.Name).NotBlank().Characters(ApiKey.MaxNameLength);
        RuleFor(r => r.Name).Must(name => name?.Any(char.IsControl) is not true).WithMessage("must not have control characters");
        RuleFor(r => r.ExpiresAt).Must(expiry => !(expiry <= time.GetUtcNow())).WithMessage("must be in the future");
    }
}
