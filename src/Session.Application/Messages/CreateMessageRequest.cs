using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Messages;

/// <summary>A message to append to a session.</summary>
public sealed class CreateMessageRequest
{
    public const int MaxTypeLength = 50;
    public const string DefaultType = "chat";

    /// <summary>Who speaks.</summary>
    /// <example>user</example>
    [Required]
    [AllowedValues("user", "assistant", "system", "tool")]
    public string? Role { get; init; }

    /// <summary>The text; not blank, at most 1 MiB of UTF-8 by default.</summary>
    /// <example>Hello, this is a test message</example>
    [Required]
    [MinLength(1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Content { get; init; }

    /// <summary>
    /// What kind of message: <c>chat</c> (the default), <c>system</c>, <c>tool_call</c>, <c>tool_result</c>, <c>reasoning</c>
    /// (which is not part of a context), <c>notification</c>, <c>checkpoint</c>, or a word of the client's own.
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
}

internal sealed class CreateMessageRequestValidator : AbstractValidator<CreateMessageRequest>
{
    public CreateMessageRequestValidator(IOptions<LimitOptions> limits, TimeProvider time)
    {
        RuleFor(r => r.Role)
            .Required()
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage("must be one of user, assistant, system, tool");
        RuleFor(r => r.Content).Required().NotBlank().Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(r => r.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.TokensUsed).GreaterThanOrEqualTo(0).WithMessage("must be 0 or more");
        RuleFor(r => r.CostUsd).InclusiveBetween(0, Money.Max).WithMessage($"must be between 0 and {Money.Max}");
        RuleFor(r => r.CreatedAt).InRange().NotInFuture(time);
        RuleFor(r => r.ExpectedSequence).ExpectedSequence();
    }
}
