using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using SessionService.Application.Branches;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Application.Time;
using SessionService.Application.Validation;
using SessionService.Domain.Messages;

namespace SessionService.Application.Search;

/// <summary>What to look for in the caller's sessions.</summary>
public sealed class SearchSessionsQuery : SessionConditionsQuery
{
    public const int MaxLength = 500;
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;
    public const int DefaultHitsPerSession = 3;
    public const int MaxHitsPerSession = 20;

    /// <summary>
    /// The words to find. A text must have all of them, in any of their forms. <c>"…"</c> is a phrase, <c>or</c> between two words means
    /// either, <c>-</c> excludes a word, and <c>zebra*</c> is any word that begins so.
    /// </summary>
    /// <example>test message</example>
    [Required]
    [StringLength(MaxLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? Q { get; init; }

    /// <summary>
    /// Only the messages, the title, the summary and the memory of this session. No hits if the caller has no such session.
    /// </summary>
    public Guid? SessionId { get; init; }

    /// <summary>
    /// The number of a branch, together with <c>session_id</c>; or <c>all</c> for the messages of all branches. By default the current
    /// branches.
    /// </summary>
    [RegularExpression(BranchChoice.Pattern)]
    public string? Branch { get; init; }

    /// <summary>
    /// <c>tools</c>: searches the names and arguments of calls of tools, and nothing else. By default texts and results are searched.
    /// </summary>
    [AllowedValues("tools", null)]
    public string? In { get; init; }

    /// <summary>Only messages of this role.</summary>
    [AllowedValues("user", "assistant", "system", "developer", "tool", null)]
    public string? Role { get; init; }

    /// <summary>Only messages of this type; <c>title</c>, <c>summary</c> and <c>memory</c> choose those of sessions.</summary>
    [StringLength(CreateMessageRequest.MaxTypeLength, MinimumLength = 1)]
    [RegularExpression(TextPatterns.NotBlank)]
    public string? MessageType { get; init; }

    /// <summary>Only what was created at this time or later (RFC 3339; a date is its first moment in UTC).</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? From { get; init; }

    /// <summary>Only what was created before this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? To { get; init; }

    /// <summary>Sessions at most, or hits of one session with <c>session_id</c>; 1 to 100. Default 20.</summary>
    [DefaultValue(DefaultLimit)]
    [Range(1, MaxLimit)]
    public int? Limit { get; init; }

    /// <summary>Hits of each session at most, 1 to 20. Default 3. Does not count with <c>session_id</c>.</summary>
    [DefaultValue(DefaultHitsPerSession)]
    [Range(1, MaxHitsPerSession)]
    public int? HitsPerSession { get; init; }

    /// <summary>Goes on where another answer ended: its <c>next_cursor</c>, with the same <c>q</c> and filters.</summary>
    public string? Cursor { get; init; }

    public SearchFilter ToFilter() => new()
    {
        Query = Q!,
        In = In,
        Branch = Branch,
        SessionId = SessionId,
        Role = Role,
        MessageType = MessageType,
        From = Rfc3339.Parse(From),
        To = Rfc3339.Parse(To),
        Sessions = ToSessionFilter(),
    };

    public SearchLimits ToLimits() => new(Limit ?? DefaultLimit, HitsPerSession ?? DefaultHitsPerSession);

    /// <summary>The cursor of a valid query, if it has one.</summary>
    public SearchStart? ToStart(SearchFilter filter) =>
        Cursor is not null && SearchCursor.TryParse(Cursor, filter, out var start) ? start : null;
}

internal sealed class SearchSessionsQueryValidator : AbstractValidator<SearchSessionsQuery>
{
    public SearchSessionsQueryValidator()
    {
        RuleFor(q => q.Q).Required();
        RuleFor(q => q.Q).NotBlank().Characters(SearchSessionsQuery.MaxLength);
        RuleFor(q => q.In).Must(text => text is null or "tools").WithMessage("must be tools");
        RuleFor(q => q.Branch).BranchChoice().OfOneSession(q => q.SessionId);
        RuleFor(q => q.Role)
            .Must(role => role is null || MessageRoles.IsKnown(role)).WithMessage($"must be one of {MessageRoles.Names}");
        RuleFor(q => q.MessageType).NotBlank().Characters(CreateMessageRequest.MaxTypeLength);
        this.AddSessionConditionRules();
        RuleFor(q => q.From).TimeOrDate();
        RuleFor(q => q.To).TimeOrDate();
        RuleFor(q => q.Limit)
            .InclusiveBetween(1, SearchSessionsQuery.MaxLimit).WithMessage($"must be between 1 and {SearchSessionsQuery.MaxLimit}");
        RuleFor(q => q.HitsPerSession)
            .InclusiveBetween(1, SearchSessionsQuery.MaxHitsPerSession)
            .WithMessage($"must be between 1 and {SearchSessionsQuery.MaxHitsPerSession}");
        RuleFor(q => q.Cursor).Must((query, cursor) => cursor is null || SearchCursor.TryParse(cursor, query.ToFilter(), out _))
            .When(q => q.Q is not null && q.HasReadableConditions())
            .WithMessage("must be the next_cursor of an answer with the same q and filters");
    }
}

/// <summary>The query and the filters of a search.</summary>
public sealed record SearchFilter
{
    public required string Query { get; init; }

    // Left out of the JSON where absent, so that cursors of earlier versions stay valid.
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? SessionId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? In { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Branch { get; init; }

    /// <summary>Whether calls of tools are searched, and nothing else.</summary>
    [JsonIgnore]
    public bool IsInCalls => In is not null;

    public string? Role { get; init; }

    public string? MessageType { get; init; }

    /// <summary>Inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Exclusive.</summary>
    public DateTimeOffset? To { get; init; }

    public required SessionFilter Sessions { get; init; }
}
