using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Messages;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Deltas;

/// <summary>How a message in progress ends.</summary>
public sealed class CompleteMessageRequest : IGivenMessage
{
    /// <summary>
    /// What the message says, a text or an array of parts, in place of what the deltas make. By default the deltas make it.
    /// </summary>
    /// <example>null</example>
    public MessageContent? Content { get; init; }

    /// <summary>The parts of the message, as in an array in <c>content</c>. Not together with <c>content</c>.</summary>
    /// <example>null</example>
    [JsonArrayText]
    public JsonText? Parts { get; init; }

    /// <summary>Tokens that the message cost. By default what was given when it was opened.</summary>
    /// <example>42</example>
    [Range(0, int.MaxValue)]
    public int? TokensUsed { get; init; }

    /// <summary>What the message cost, USD; kept to ten fraction digits. By default what was given when it was opened.</summary>
    /// <example>0.0042</example>
    [Range(0, 9_999_999_999d)]
    public decimal? CostUsd { get; init; }

    /// <summary>The client's own labels, any JSON object, in place of those that were given when the message was opened.</summary>
    /// <example>{"model": "gpt-5"}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>
    /// <c>completed</c>, the default, or <c>incomplete</c> where the model stopped before its answer ended.
    /// </summary>
    /// <example>completed</example>
    [AllowedValues(MessageStatuses.Completed, MessageStatuses.Incomplete, null)]
    public string? Status { get; init; }

    internal bool HasContent => Content is not null || Parts is not null;

    // Any role may have said nothing in the end.
    string? IGivenMessage.Role => MessageRoles.Assistant;

    JsonText? IGivenMessage.ToolCalls => null;

    string? IGivenMessage.ToolCallId => null;

    string? IGivenMessage.Refusal => null;

    JsonText? IGivenMessage.Parts => Parts;
}

internal sealed class CompleteMessageRequestValidator : AbstractValidator<CompleteMessageRequest>
{
    public CompleteMessageRequestValidator(IOptions<LimitOptions> limits, IOptions<AttachmentOptions> attachments)
    {
        RuleFor(r => r).MessageContent(limits.Value, attachments.Value.InlineBytes, mayBeBlank: true);
        RuleFor(r => r.Parts)
            .Must((r, parts) => parts is null || r.Content is null).WithMessage("must not be given together with content");
        RuleFor(r => r.TokensUsed).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(r => r.CostUsd).InclusiveBetween(0, Money.Max).WithMessage($"must be between 0 and {Money.Max}");
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.Status)
            .Must(status => status is null or MessageStatuses.Completed or MessageStatuses.Incomplete)
            .WithMessage("must be completed or incomplete");
    }
}
