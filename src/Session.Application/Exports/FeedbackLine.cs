using System.Text.Json.Serialization;
using FluentValidation;
using SessionService.Application.Feedback;
using SessionService.Application.Json;
using SessionService.Application.Validation;

namespace SessionService.Application.Exports;

/// <summary>Feedback in an export or import. An export of feedback alone has the message in the line too.</summary>
public sealed record FeedbackLine
{
    public string Type { get; init; } = ExportForm.Feedback;

    public Guid? SessionId { get; init; }

    public long? Sequence { get; init; }

    /// <summary>The message that has the number. An import gives feedback to no other message.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>For readers of the file. An import ignores it.</summary>
    public string? UserId { get; init; }

    public string? Name { get; init; }

    public FeedbackValue? Value { get; init; }

    public string? Comment { get; init; }

    public string? Source { get; init; }

    /// <summary>For readers of the file. An import reads it from the message.</summary>
    public string? Model { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? UpdatedAt { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Role { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Content { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public JsonText? Parts { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? RedactedAt { get; init; }
}

internal sealed class FeedbackLineValidator : AbstractValidator<FeedbackLine>
{
    public FeedbackLineValidator(TimeProvider time)
    {
        RuleFor(l => l.SessionId).Required();
        RuleFor(l => l.Sequence).Required().ExpectedSequence();
        RuleFor(l => l.Name).Required().FeedbackName();
        RuleFor(l => l.Value).Required().FeedbackValue();
        RuleFor(l => l.Comment).FeedbackComment();
        RuleFor(l => l.Source).FeedbackSource();
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
        RuleFor(l => l.UpdatedAt).InRange().NotInFuture(time);
    }
}
