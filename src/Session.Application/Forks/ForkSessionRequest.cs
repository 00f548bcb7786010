using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;

namespace SessionService.Application.Forks;

/// <summary>Where to fork a session.</summary>
public sealed class ForkSessionRequest
{
    /// <summary>The number of the last message to copy, in the current branch. Default: all messages of the branch.</summary>
    /// <example>2</example>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? ThroughSequence { get; init; }
}

internal sealed class ForkSessionRequestValidator : AbstractValidator<ForkSessionRequest>
{
    public ForkSessionRequestValidator() => RuleFor(r => r.ThroughSequence).ExpectedSequence();
}
