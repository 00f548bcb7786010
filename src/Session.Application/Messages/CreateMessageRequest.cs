using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Attachments;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>A message to append to a session.</summary>
public sealed class CreateMessageRequest : IGivenMessage
{
    public const int MaxTypeLength = 50;
    public const int MaxNameLength = 128;
    public const int MaxCallIdLength = 255;

    /// <summary>Who speaks.</summary>
    /// <example>user</example>
    [Required]
    [AllowedValues("user", "assistant", "system", "developer", "tool")]
    public string? Role { get; init; }

    /// <summary>
    /// What is said: a text of at most 1 MiB of UTF-8 by default, or an array of 1 to 1000 parts, objects with a <c>type</c> as model APIs
    /// and frameworks write them. A text may be blank for the roles <c>assistant</c> and <c>tool</c> only. Required unless
    /// <c>tool_calls</c> or <c>refusal</c> are given.
    /// </summary>
    /// <example>Hello, this is a test message</example>
    public MessageContent? Content { get; init; }

    /// <summary>Calls of tools, as in a chat completion. They become parts.</summary>
    /// <example>null</example>
    [JsonArrayText]
    public JsonText? ToolCalls { get; init; }

    /// <summary>The call that the content is the result of, as in a chat completion. The result becomes a part.</summary>
    /// <example>null</example>
    [StringLength(MaxCallIdLength, MinimumLength = 1)]
    public string? ToolCallId { get; init; }

    /// <summary>What a model says to decline, as in a chat completion. It becomes a part.</summary>
    /// <example>null</example>
    public string? Refusal { get; init; }

    /// <summary>Who speaks, by name.</summary>
    /// <example>null</example>
    [StringLength(MaxNameLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Name { get; init; }

    /// <summary>
    /// Whether the message is whole. Default <c>completed</c>. A message that is <c>in_progress</c> has its number at once. It takes deltas
    /// until it is completed, and lists end before it.
    /// </summary>
    /// <example>completed</example>
    [AllowedValues("completed", "in_progress", "incomplete")]
    public string? Status { get; init; }

    /// <summary>
    /// What kind of message: <c>chat</c> (the default of a text), <c>system</c>, <c>tool_call</c>, <c>tool_result</c>,
    /// <c>reasoning</c> (which is not part of a context), <c>notification</c>, <c>checkpoint</c>, or a word of the client's own. By
    /// default parts that call a tool make it <c>tool_call</c>, and results of tools alone <c>tool_result</c>.
    /// </summary>
    /// <example>chat</example>
    [StringLength(MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MessageType { get; init; }

    /// <summary>The client's own labels, any JSON object.</summary>
    /// <example>{"source": "test"}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>Tokens that the message cost. Default 0.</summary>
    /// <example>10</example>
    [Range(0, int.MaxValue)]
    public int? TokensUsed { get; init; }

    /// <summary>What the message cost, USD; kept to ten fraction digits. Default 0.</summary>
    /// <example>0.001</example>
    [Range(0, 9_999_999_999d)]
    public decimal? CostUsd { get; init; }

    /// <summary>
    /// When the message was written, for history that is stored afterwards (RFC 3339, from 1970, not in the future); the time of storing
    /// otherwise. A time up to five minutes ahead counts as now.
    /// </summary>
    /// <example>2025-09-23T14:54:08.106314Z</example>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>
    /// The message's id, if the client creates it: the same message sent again is stored once. By default the service creates an id.
    /// </summary>
    public Guid? MessageId { get; init; }

    /// <summary>
    /// Stores the message only if it becomes the session's message of this number. In a batch, give it beside <c>messages</c>.
    /// </summary>
    [Range(typeof(long), "1", "9223372036854775807")]
    public long? ExpectedSequence { get; init; }

    /// <summary>The id that a client of OpenAI's Conversations gave the message's item. Not a field of the request.</summary>
    internal string? ItemId { get; init; }

    bool IGivenMessage.IsInProgress => IsInProgress;

    internal bool IsInProgress => Status == MessageStatuses.InProgress;
}

internal sealed class CreateMessageRequestValidator : AbstractValidator<CreateMessageRequest>
{
    public CreateMessageRequestValidator(
        IOptions<LimitOptions> limits, IOptions<AttachmentOptions> attachments, TimeProvider time)
    {
        RuleFor(r => r.Role)
            .Required()
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage($"must be one of {MessageRoles.Names}");
        RuleFor(r => r).MessageContent(limits.Value, attachments.Value.InlineBytes);
        RuleFor(r => r.Name).NotBlank().Characters(CreateMessageRequest.MaxNameLength);
        RuleFor(r => r.Status).MessageStatus();
        RuleFor(r => r.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.TokensUsed).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(r => r.CostUsd).InclusiveBetween(0, Money.Max).WithMessage($"must be between 0 and {Money.Max}");
        RuleFor(r => r.CreatedAt).InRange().NotInFuture(time);
        RuleFor(r => r.ExpectedSequence).ExpectedSequence();
    }
}
