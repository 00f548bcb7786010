using System.ComponentModel.DataAnnotations;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>A change of a session. A given field replaces the stored one; an absent field stays.</summary>
public sealed class UpdateSessionRequest
{
    /// <summary>The new status. <c>ended</c> is final; <c>archived</c> and <c>expired</c> lead back to <c>active</c> only.</summary>
    /// <example>completed</example>
    [AllowedValues("active", "completed", "ended", "archived", "expired", null)]
    public string? Status { get; init; }

    /// <summary>The title, up to 500 characters.</summary>
    /// <example>Plans for the summer</example>
    [StringLength(Session.MaxTitleLength)]
    [RegularExpression(TextPatterns.Storable)]
    public string? Title { get; init; }

    /// <summary>The client's own data, any JSON object.</summary>
    /// <example>{"step": 2}</example>
    public JsonText? ConversationData { get; init; }

    /// <summary>The client's own labels, any JSON object.</summary>
    /// <example>{"test": false}</example>
    public JsonText? Metadata { get; init; }

    /// <summary>What the session was about; may be empty. At most 1 MiB of UTF-8, by default.</summary>
    /// <example>A first test of the service.</example>
    [RegularExpression(TextPatterns.Storable)]
    public string? SessionSummary { get; init; }

    /// <summary>
    /// When the session was last active (RFC 3339, from 1970, not in the future). A time up to five minutes ahead counts as now.
    /// </summary>
    /// <example>2025-09-23T14:54:23.338644Z</example>
    public DateTimeOffset? LastActivity { get; init; }
}

internal sealed class UpdateSessionRequestValidator : AbstractValidator<UpdateSessionRequest>
{
    public UpdateSessionRequestValidator(IOptions<LimitOptions> limits, TimeProvider time)
    {
        RuleFor(r => r.Status).KnownStatus();
        RuleFor(r => r.Title).Characters(Session.MaxTitleLength);
        RuleFor(r => r.ConversationData).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.SessionSummary).Utf8Bytes(limits.Value.MaxContentBytes);
        RuleFor(r => r.LastActivity).InRange().NotInFuture(time);
    }
}

internal static class SessionStatusRules
{
    public static IRuleBuilderOptions<T, string?> KnownStatus<T>(this IRuleBuilder<T, string?> rule) =>
        rule.Must(status => status is null || SessionStatuses.IsKnown(status))
            .WithMessage("must be one of active, completed, ended, archived, expired");
}
