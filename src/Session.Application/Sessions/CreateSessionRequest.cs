using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using Microsoft.Extensions.Options;
using SessionService.Application.Identity;
using SessionService.Application.Json;
using SessionService.Application.Limits;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>A session to create.</summary>
public sealed class CreateSessionRequest
{
    /// <summary>The owner. May be left out where the caller is known; naming another user than the caller is refused.</summary>
    /// <example>test_user_123</example>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? UserId { get; init; }

    /// <summary>The id of the new session; one is made where none is given.</summary>
    public Guid? SessionId { get; init; }

    /// <summary>The title, up to 500 characters.</summary>
    /// <example>Plans for the summer</example>
    [StringLength(Session.MaxTitleLength)]
    [RegularExpression(TextPatterns.Storable)]
    // Absent from the idempotency hash where it is not given, as created_at is: keys from before there was such a field keep their hash.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Title { get; init; }

    /// <summary>
    /// When the conversation began, for history that is stored afterwards (RFC 3339, from 1970, not in the future); now otherwise. A time
    /// up to five minutes ahead counts as now.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>The client's own data, any JSON object.</summary>
    /// <example>{}</example>
    public JsonText? ConversationData { get; init; }

    /// <summary>The client's own labels, any JSON object.</summary>
    /// <example>{"test": true}</example>
    public JsonText? Metadata { get; init; }
}

internal sealed class CreateSessionRequestValidator : AbstractValidator<CreateSessionRequest>
{
    public CreateSessionRequestValidator(IOptions<LimitOptions> limits, TimeProvider time)
    {
        RuleFor(r => r.UserId).Custom((userId, context) =>
        {
            if (userId is null && !context.NamesCaller())
            {
                context.AddFailure("is required unless the X-User-Id header or the user_id query parameter names the caller");
            }
        });
        RuleFor(r => r.UserId).UserId();
        RuleFor(r => r.Title).Characters(Session.MaxTitleLength);
        RuleFor(r => r.CreatedAt).InRange().NotInFuture(time);
        RuleFor(r => r.ConversationData).JsonObject(limits.Value.MaxJsonBytes);
        RuleFor(r => r.Metadata).JsonObject(limits.Value.MaxJsonBytes);
    }
}
