using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;

namespace SessionService.Application.Messages;

/// <summary>Messages to append to a session, all of them or none.</summary>
public sealed class CreateMessageBatchRequest
{
    public const int MaxMessages = 1_000;

    /// <summary>The messages, in the order in which they are numbered.</summary>
    [Required]
    [MinLength(1)]
    [MaxLength(MaxMessages)]
    public IReadOnlyList<CreateMessageRequest>? Messages { get; init; }

    /// <summary>Stores the messages only if the first becomes the session's message of this number.</summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? ExpectedSequence { get; init; }
}

internal sealed class CreateMessageBatchRequestValidator : AbstractValidator<CreateMessageBatchRequest>
{
    public CreateMessageBatchRequestValidator(IValidator<CreateMessageRequest> message)
    {
        RuleFor(r => r.ExpectedSequence).ExpectedSequence();
        RuleFor(r => r.Messages)
            .Required()
            .Must(messages => messages is null || HasRightSize(messages))
            .WithMessage($"must hold 1 to {CreateMessageBatchRequest.MaxMessages} messages");
        When(r => r.Messages is not null && HasRightSize(r.Messages), () =>
        {
            RuleForEach(r => r.Messages)
                .SetValidator(message)
                .ChildRules(
                    item => item.RuleFor(m => m.ExpectedSequence).Null().WithMessage("must be given for the whole batch, beside messages"));
            RuleFor(r => r.Messages).Custom((messages, context) => RefuseRepeatedIds(messages!, context));
        });
    }

    private static bool HasRightSize(IReadOnlyList<CreateMessageRequest> messages) =>
        messages.Count is >= 1 and <= CreateMessageBatchRequest.MaxMessages;

    private static void RefuseRepeatedIds(
        IReadOnlyList<CreateMessageRequest> messages, ValidationContext<CreateMessageBatchRequest> context)
    {
        var ids = new HashSet<Guid>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (messages[i] is { MessageId: { } id } && !ids.Add(id))
            {
                context.AddFailure($"messages[{i}].message_id", "must not be that of another message of the batch");
            }
        }
    }
}
