using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Messages;

/// <summary>How to show a message.</summary>
public sealed class GetMessageQuery
{
    /// <summary>
    /// <c>inline</c>: files that were given as base64 are base64 again, as much of it as a request may hold (16 MiB by default). By
    /// default they are references to attachments.
    /// </summary>
    [AllowedValues("inline", null)]
    public string? Attachments { get; init; }

    /// <summary><c>feedback</c>: the message has its feedback, by name.</summary>
    [AllowedValues("feedback", null)]
    public string? Include { get; init; }
}

internal sealed class GetMessageQueryValidator : AbstractValidator<GetMessageQuery>
{
    public GetMessageQueryValidator()
    {
        RuleFor(q => q.Attachments).Must(attachments => attachments is null or "inline").WithMessage("must be inline");
        RuleFor(q => q.Include).Must(include => include is null or "feedback").WithMessage("must be feedback");
    }
}
