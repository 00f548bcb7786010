using FluentValidation;
using SessionService.Application.Validation;
using SessionService.Domain.Feedback;
using SessionService.Domain.Text;

namespace SessionService.Application.Feedback;

/// <summary>Rules of feedback, for requests, lists and imports. A value that is not given passes them all.</summary>
internal static class FeedbackRules
{
    public static IRuleBuilderOptionsConditions<T, FeedbackValue?> FeedbackValue<T>(this IRuleBuilder<T, FeedbackValue?> rule) =>
        rule.Custom((value, context) =>
        {
            if (value?.Text is { } text && Refuse(text) is { } reason)
            {
                context.AddFailure(reason);
            }
        });

    public static IRuleBuilderOptionsConditions<T, string?> FeedbackComment<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Characters(WriteFeedbackRequest.MaxCommentLength);

    public static IRuleBuilderOptions<T, string?> FeedbackSource<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(source => source is null || FeedbackSources.IsKnown(source)).WithMessage($"must be one of {FeedbackSources.Names}");

    public static IRuleBuilderOptions<T, string?> FeedbackName<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(name => name is null || FeedbackNames.IsValid(name)).WithMessage(FeedbackNames.Rule);

    private static string? Refuse(string text) =>
        string.IsNullOrWhiteSpace(text) ? "must not be blank"
        : text.EnumerateRunes().Skip(WriteFeedbackRequest.MaxTextLength).Any()
            ? $"must be at most {WriteFeedbackRequest.MaxTextLength} characters long"
        : StorableText.Refuse(text);
}
