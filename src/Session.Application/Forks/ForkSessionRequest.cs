using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;

namespace SessionService.Application.Forks;

/// <summary>Where another session is to go on from this one.</summary>
public sealed class ForkSessionRequest
{
    /// <summary>The last message that the new session has in common with this one. Default: all that there are.</summary>
    /// <example>2</example>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? ThroughSequence { get; init; }
}

internal sealed class ForkSessionRequestValidator : AbstractValidator<ForkSessionRequest>
{
    public ForkSessionRequestValidator() => RuleFor(r => r.ThroughSequence).ExpectedSequence();
}
