using System.ComponentModel.DataAnnotations;
using FluentValidation;

namespace SessionService.Application.Live;

/// <summary>From where on to follow a session.</summary>
public sealed class FollowSessionQuery
{
    /// <summary>
    /// The id of the last event that is known, or the number of a message, 0 for all of them. A <c>Last-Event-ID</c> header goes before it.
    /// Without either the stream begins with the session as it is now.
    /// </summary>
    /// <example>0</example>
    [StringLength(SessionPosition.MaxTextLength, MinimumLength = 1)]
    public string? After { get; init; }
}

/// <summary>From where on to follow a user.</summary>
public sealed class FollowUserQuery
{
    /// <summary>
    /// The id of the last event that is known. A <c>Last-Event-ID</c> header goes before it. Without either the stream begins with a
    /// snapshot, after which the client reads the list.
    /// </summary>
    [StringLength(UserPosition.MaxTextLength, MinimumLength = 1)]
    public string? After { get; init; }
}

internal sealed class FollowUserQueryValidator : AbstractValidator<FollowUserQuery>
{
    public FollowUserQueryValidator() =>
        RuleFor(q => q.After)
            .Must(after => after is null or { Length: <= UserPosition.MaxTextLength })
            .WithMessage($"must have at most {UserPosition.MaxTextLength} characters");
}

internal sealed class FollowSessionQueryValidator : AbstractValidator<FollowSessionQuery>
{
    public FollowSessionQueryValidator() =>
        RuleFor(q => q.After)
            .Must(after => after is null || SessionPosition.TryParse(after, out _, out _))
            .WithMessage("must be the id of an event of this session, or the number of a message");
}
