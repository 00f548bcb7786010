using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;
using SessionService.Domain.Feedback;

namespace SessionService.Application.Feedback;

/// <summary>What somebody thinks of a message.</summary>
public sealed class WriteFeedbackRequest
{
    public const int MaxTextLength = 1_000;
    public const int MaxCommentLength = 10_000;

    /// <summary>
    /// The judgement: <c>true</c> or <c>false</c>, a number of at most 100 digits before and after the point, or a text of at most 1,000
    /// characters, not blank.
    /// </summary>
    /// <example>true</example>
    [Required]
    public FeedbackValue? Value { get; init; }

    /// <summary>Why, in words. A blank comment counts as none.</summary>
    /// <example>Short and to the point.</example>
    [StringLength(MaxCommentLength)]
    [RegularExpression(TextPatterns.Storable)]
    public string? Comment { get; init; }

    /// <summary>Who judges: the <c>user</c> (the default), an <c>annotator</c>, or a <c>model</c>.</summary>
    /// <example>user</example>
    [AllowedValues(FeedbackSources.User, FeedbackSources.Annotator, FeedbackSources.Model, null)]
    public string? Source { get; init; }
}

internal sealed class WriteFeedbackRequestValidator : AbstractValidator<WriteFeedbackRequest>
{
    public WriteFeedbackRequestValidator()
    {
        RuleFor(r => r.Value).Required().FeedbackValue();
        RuleFor(r => r.Comment).FeedbackComment();
        RuleFor(r => r.Source).FeedbackSource();
    }
}
