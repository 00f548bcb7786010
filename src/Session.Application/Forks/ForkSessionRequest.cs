using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;

namespace SessionService.Application.Forks;

/// <summary>Where to fork a session.</summary>
public sealed class ForkSessionRequest
{
    /// <summary>The last message to copy. Default: all messages.</summary>
    /// <example>2</example>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? ThroughSequence { get; init; }
}

internal sealed class ForkSessionRequestValidator : AbstractValidator<ForkSessionRequest>
{
    public ForkSessionRequestValidator() => RuleFor(r => r.ThroughSequence).ExpectedSequence();
}
