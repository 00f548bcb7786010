using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Validation;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>The fields of a webhook that clients set.</summary>
public abstract class WebhookFields
{
    /// <summary>What the webhook is for, up to 255 characters.</summary>
    /// <example>search index</example>
    [StringLength(Webhook.MaxDescriptionLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Description { get; init; }

    /// <summary>Only these events. Without it, all.</summary>
    [MinLength(1)]
    [MaxLength(20)]
    [AllowedEvents]
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>Whether payloads hold texts and metadata, and not only ids and numbers. Default false.</summary>
    /// <example>false</example>
    public bool? IncludeContent { get; init; }

    /// <summary>Whether events are told. Default true.</summary>
    /// <example>true</example>
    public bool? Enabled { get; init; }
}

/// <summary>A webhook to make.</summary>
public sealed class CreateWebhookRequest : WebhookFields
{
    /// <summary>
    /// Where events are sent: an https address with a public host, without user and password. Ports below 1024 other than 80 and 443 are
    /// refused.
    /// </summary>
    /// <example>https://hooks.example.com/sessions</example>
    [Required]
    [StringLength(Webhook.MaxUrlLength, MinimumLength = 1)]
    public string? Url { get; init; }
}

/// <summary>
/// A JSON merge patch (RFC 7396) of a webhook: a given field replaces the stored one, an absent field stays, and null resets it. To enable
/// a webhook that deliveries switched off, send <c>"enabled": true</c>.
/// </summary>
public sealed class PatchWebhookRequest : WebhookFields, IMergePatch
{
    /// <summary>
    /// Where events are sent: an https address with a public host, without user and password. Ports below 1024 other than 80 and 443 are
    /// refused.
    /// </summary>
    /// <example>https://hooks.example.com/sessions</example>
    [StringLength(Webhook.MaxUrlLength, MinimumLength = 1)]
    public string? Url { get; init; }

    ISet<string> IKnowsNulls.Nulls { get; } = new HashSet<string>(StringComparer.Ordinal);
}

internal abstract class WebhookFieldsValidator<T> : AbstractValidator<T>
    where T : WebhookFields
{
    private const int MaxEvents = 20;

    protected WebhookFieldsValidator()
    {
        RuleFor(r => r.Description).NotBlank().Characters(Webhook.MaxDescriptionLength);
        RuleFor(r => r.Events)
            .Must(events => events is null
                || (events.Count is > 0 and <= MaxEvents && events.All(name => WebhookEvents.All.Contains(name, StringComparer.Ordinal))))
            .WithMessage($"must be some of {string.Join(", ", WebhookEvents.All)}");
    }
}

internal sealed class CreateWebhookRequestValidator : WebhookFieldsValidator<CreateWebhookRequest>
{
    public CreateWebhookRequestValidator(IOptions<WebhookOptions> options)
    {
        RuleFor(r => r.Url).Required();
        RuleFor(r => r.Url).WebhookUrl(options.Value);
    }
}

internal sealed class PatchWebhookRequestValidator : WebhookFieldsValidator<PatchWebhookRequest>
{
    public PatchWebhookRequestValidator(IOptions<WebhookOptions> options)
    {
        RuleFor(r => r.Url).WebhookUrl(options.Value);
        RuleFor(r => r.Url).Must((request, _) => !request.Removes("url")).WithMessage("cannot be taken away");
    }
}

internal static class WebhookRules
{
    /// <summary>An address that a webhook may have.</summary>
    public static void WebhookUrl<T>(this IRuleBuilder<T, string?> rule, WebhookOptions options) => rule.Custom((url, context) =>
    {
        if (url is not null && WebhookUrls.Refuse(url, options) is { } reason)
        {
            context.AddFailure(reason);
        }
    });
}
