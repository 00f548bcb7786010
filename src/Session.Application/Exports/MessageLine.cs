using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Conversations;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Messages;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Exports;

/// <summary>A message in an import. Exports write it like a <see cref="MessageResponse"/>.</summary>
public sealed record MessageLine : IGivenMessage
{
    public Guid? SessionId { get; init; }

    /// <summary>By default derived from the session's id and the number.</summary>
    public Guid? MessageId { get; init; }

    /// <summary>By default the next number.</summary>
    public long? Sequence { get; init; }

    public string? Role { get; init; }

    public MessageContent? Content { get; init; }

    /// <summary>The parts. The text follows from them where the content gives none beside them.</summary>
    public JsonText? Parts { get; init; }

    public JsonText? ToolCalls { get; init; }

    public string? ToolCallId { get; init; }

    public string? Refusal { get; init; }

    public string? Name { get; init; }

    public string? Status { get; init; }

    public string? MessageType { get; init; }

    public JsonText? Metadata { get; init; }

    public int? TokensUsed { get; init; }

    public decimal? CostUsd { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The id that a client of OpenAI's Conversations gave the item which the message is.</summary>
    public string? ItemId { get; init; }

    /// <summary>Given for a redacted message, which has no content.</summary>
    public DateTimeOffset? RedactedAt { get; init; }

    /// <summary>Whether the conversation does not show the message. The type of the line says so.</summary>
    [JsonIgnore]
    public bool IsOffPath { get; init; }
}

internal sealed class MessageLineValidator : AbstractValidator<MessageLine>
{
    public MessageLineValidator(IOptions<LimitOptions> limits, IOptions<AttachmentOptions> attachments, TimeProvider time)
    {
        RuleFor(l => l.SessionId).Required();
        RuleFor(l => l.Sequence).ExpectedSequence();
        RuleFor(l => l.Role)
            .Required()
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage($"must be one of {MessageRoles.Names}");
        RuleFor(l => l).MessageContent(limits.Value, attachments.Value.InlineBytes, mayBeBlank: true);
        RuleFor(l => l.Name).NotBlank().Characters(CreateMessageRequest.MaxNameLength);
        RuleFor(l => l.Status).MessageStatus();
        RuleFor(l => l.RedactedAt)
            .InRange()
            .Must((line, redactedAt) => redactedAt is null || (GivenMessage.PartsOf(line) is null && line.Content?.Text is "" or null))
            .WithMessage("must not be given with content");
        RuleFor(l => l.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
        RuleFor(l => l.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(l => l.TokensUsed).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(l => l.CostUsd).InclusiveBetween(0, Money.Max).WithMessage($"must be between 0 and {Money.Max}");
        RuleFor(l => l.ItemId).NotBlank().Characters(ItemIds.MaxLength);
        RuleFor(l => l.CreatedAt).InRange().NotInFuture(time);
    }
}
