using System.Text;
using System.Text.Json;
using FluentValidation;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Messages.Parts;
using SessionService.Domain.Messages;
using SessionService.Domain.Text;

namespace SessionService.Application.Messages;

/// <summary>Rules of what a message may hold, for requests and for imports.</summary>
internal static class MessageContentRules
{
    private const string Content = "content";

    // A message may have many parts, all wrong.
    private const int MaxRefusals = 20;

    public static IRuleBuilderOptions<T, string?> MessageStatus<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(status => status is null || MessageStatuses.IsKnown(status))
            .WithMessage("must be one of completed, in_progress, incomplete");

    public static IRuleBuilderOptionsConditions<T, T> MessageContent<T>(
        this IRuleBuilder<T, T> rule, LimitOptions limits, int inlineBytes, bool mayBeBlank = false)
        where T : IGivenMessage =>
        rule.Custom((message, context) => Check(message, limits, inlineBytes, mayBeBlank, context));

    private static void Check<T>(
        IGivenMessage message, LimitOptions limits, int inlineBytes, bool mayBeBlank, ValidationContext<T> context)
    {
        mayBeBlank = mayBeBlank || message.IsInProgress;
        if (message.Content is null && !message.HasMore() && message.Role != MessageRoles.Assistant && !message.IsInProgress)
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

        var areRight = ArePartsRight(Content, message.Content?.Parts)
            & ArePartsRight("parts", message.Parts)
            & (!message.HasCalls() || message.ToolCalls is not { IsArray: true } calls || ArePartsRight("tool_calls", calls));
        if (message.ToolCalls is { IsArray: false })
        {
            Refuse("tool_calls", "must be an array of calls");
        }
        else if (areRight && GivenMessage.PartsOf(message) is { } parts)
        {
            Refuse(
                message.Parts is null ? Content : "parts",
                RefuseWhole(message, parts) ?? RefuseSize(parts, limits.MaxJsonBytes, inlineBytes));
        }

        bool ArePartsRight(string field, JsonText? parts)
        {
            if (parts is null)
            {
                return true;
            }

            using var document = JsonDocument.Parse(parts.Value, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
            var refusals = PartChecks.Refuse(document.RootElement);
            foreach (var one in refusals.Take(MaxRefusals))
            {
                Refuse(one.Index is { } index ? $"{field}[{index}]" : field, one.Reason);
            }

            return refusals.Count == 0;
        }

        void Refuse(string field, string? reason)
        {
            if (reason is not null)
            {
                context.AddFailure(field, reason);
            }
        }
    }

    /// <summary>What stands beside the content makes more parts, and a result puts its content deeper.</summary>
    private static string? RefuseWhole(IGivenMessage message, string parts)
    {
        if (!message.HasMore() || message.Parts is not null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(parts, new JsonDocumentOptions { MaxDepth = 2 * JsonLimits.MaxDepth });
        return PartChecks.Refuse(document.RootElement).Select(refusal => refusal.Reason).FirstOrDefault();
    }

    /// <summary>Bytes that attachments take do not count.</summary>
    public static string? RefuseSize(string parts, int maxBytes, int inlineBytes)
    {
        var size = Encoding.UTF8.GetByteCount(parts);
        if (size > maxBytes)
        {
            size -= PartFiles.Find(parts, inlineBytes).Inline.Sum(file => file.Length);
        }

        return size > maxBytes ? $"must be at most {maxBytes} bytes long without its files" : null;
    }
}
