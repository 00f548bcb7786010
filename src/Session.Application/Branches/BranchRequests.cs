using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Json;
using SessionService.Application.Sessions;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;

namespace SessionService.Application.Branches;

/// <summary>Where to rewind a session.</summary>
public sealed class RewindSessionRequest
{
    /// <summary>The message that becomes the last one; 0 to begin anew.</summary>
    /// <example>2</example>
    [Required]
    [Range(typeof(long), "0", "9223372036854775807")]
    public long? ToSequence { get; init; }
}

/// <summary>The name of a branch.</summary>
public sealed class RenameBranchRequest : IMergePatch
{
    public const int MaxNameLength = 255;

    /// <summary>The new name, up to 255 characters; null removes the name.</summary>
    /// <example>shorter answer</example>
    [StringLength(MaxNameLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Name { get; init; }

    /// <summary>The caller, where nothing else names one; naming another user than the caller is refused.</summary>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    public string? UserId { get; init; }

    ISet<string> IKnowsNulls.Nulls { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether the request changes anything.</summary>
    public bool Renames() => Name is not null || this.Removes("name");
}

internal sealed class RewindSessionRequestValidator : AbstractValidator<RewindSessionRequest>
{
    public RewindSessionRequestValidator() =>
        RuleFor(r => r.ToSequence).Required().GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
}

internal sealed class RenameBranchRequestValidator : AbstractValidator<RenameBranchRequest>
{
    public RenameBranchRequestValidator()
    {
        RuleFor(r => r.Name).NotBlank().Characters(RenameBranchRequest.MaxNameLength);
        RuleFor(r => r.UserId).CallerOfPatch();
    }
}
