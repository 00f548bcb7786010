using System.Text;
using System.Text.Json;
using FluentValidation;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Domain.Messages;
using SessionService.Domain.Text;

namespace SessionService.Application.Messages;

/// <summary>Rules of what a message may hold, for requests and for imports.</summary>
internal static class MessageContentRules
{
    private const string Content = "content";

    public static IRuleBuilderOptions<T, string?> MessageStatus<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(status => status is null || MessageStatuses.IsKnown(status))
            .WithMessage("must be one of completed, in_progress, incomplete");

    public static IRuleBuilderOptionsConditions<T, T> MessageContent<T>(
        this IRuleBuilder<T, T> rule, LimitOptions limits, bool mayBeBlank = false)
        where T : IGivenMessage =>
        rule.Custom((message, context) => Check(message, limits, mayBeBlank, context));

    private static void Check<T>(IGivenMessage message, LimitOptions limits, bool mayBeBlank, ValidationContext<T> context)
    {
        if (message is { Parts.IsArray: false })
        {
            Refuse("parts", "must be an array of parts");
            return;
        }

        if (message.Content is null && message.ToolCalls is null && message.Refusal is null && message.Parts is null)
        {
            context.AddFailure(Content, "is required");
            return;
        }

        if (message.Content?.Text is { } text)
        {
            Refuse(Content, StorableText.Refuse(text)
                ?? (Encoding.UTF8.GetByteCount(text) > limits.MaxContentBytes
                    ? $"must be at most {limits.MaxContentBytes} bytes of UTF-8 long"
                    : null));
            if (!mayBeBlank && !message.HasMore() && !GivenMessage.MayBeBlank(message.Role) && string.IsNullOrWhiteSpace(text))
            {
                Refuse(Content, "must not be blank");
            }
        }

        if (message.ToolCalls is { IsArray: false })
        {
            Refuse("tool_calls", "must be an array of calls");
            return;
        }

        if (message.ToolCallId is { } callId)
        {
            Refuse("tool_call_id", callId.Length is 0 or > CreateMessageRequest.MaxCallIdLength
                ? $"must be 1 to {CreateMessageRequest.MaxCallIdLength} characters long"
                : StorableText.Refuse(callId));
        }

        if (message.Refusal is { } refusal)
        {
            Refuse("refusal", StorableText.Refuse(refusal));
        }

        if (GivenMessage.PartsOf(message) is { } parts)
        {
            CheckParts(parts);
        }

        void CheckParts(string parts)
        {
            Refuse(Content, JsonLimits.Refuse(Encoding.UTF8.GetBytes(parts), limits.MaxJsonBytes));
        }

        void Refuse(string field, string? reason)
        {
            if (reason is not null)
            {
                context.AddFailure(field, reason);
            }
        }
    }
}
