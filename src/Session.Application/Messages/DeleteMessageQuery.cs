using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Messages;

/// <summary>What to do with a message.</summary>
public sealed class DeleteMessageQuery
{
    public const string Redact = "redact";
    public const string Remove = "remove";

    /// <summary>
    /// <c>redact</c>: the message keeps its place, without what it says; the default. <c>remove</c>: the conversation shows it no more.
    /// </summary>
    [DefaultValue(Redact)]
    [AllowedValues(Redact, Remove, null)]
    public string? Mode { get; init; }
}

internal sealed class DeleteMessageQueryValidator : AbstractValidator<DeleteMessageQuery>
{
    public DeleteMessageQueryValidator() =>
        RuleFor(q => q.Mode)
            .Must(mode => mode is null or DeleteMessageQuery.Redact or DeleteMessageQuery.Remove)
            .WithMessage("must be redact or remove");
}
