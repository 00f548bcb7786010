using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Application.Time;
using SessionService.Application.Validation;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Which of a user's sessions to list. What several parameters ask for must all be so.</summary>
public sealed class ListSessionsQuery : IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;
    public const int MaxStatuses = 20;
    public const int MaxTextLength = 200;
    public const int MaxWords = 10;

    /// <summary>Only sessions that are active or completed. Default false.</summary>
    public bool? ActiveOnly { get; init; }

    /// <summary>Only sessions of these statuses, with commas between them or given several times.</summary>
    public IReadOnlyList<string?>? Status { get; init; }

    /// <summary>Only sessions that are starred, or only those that are not.</summary>
    public bool? Starred { get; init; }

    /// <summary>Only sessions created after this time (RFC 3339; a date is its first moment in UTC), exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? CreatedAfter { get; init; }

    /// <summary>Only sessions created before this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? CreatedBefore { get; init; }

    /// <summary>Only sessions whose last activity was after this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? ActiveAfter { get; init; }

    /// <summary>Only sessions whose last activity was before this time, exclusive.</summary>
    [StringLength(Rfc3339.MaxLength)]
    public string? ActiveBefore { get; init; }

    /// <summary>
    /// Only sessions with these words in their title or summary: each of them, whatever its case, also as a part of a longer word. At most
    /// 10 words and 200 characters.
    /// </summary>
    [StringLength(MaxTextLength)]
    public string? Q { get; init; }

    /// <summary>
    /// Only sessions with this value in their metadata, as <c>metadata.key=value</c>; nested keys with dots between them, a dot within a key as
    /// <c>\.</c>. The value is a text or, where it reads as one, a number, true, false or null; in double quotes it is a text
    /// in any case. Without a value: the key is there, whatever it holds. Given several times for one key: one of the values.
    /// </summary>
    public MetadataConditions? Metadata { get; init; }

    /// <summary>What to sort by: <c>created_at</c> (the default), <c>last_activity</c>, <c>message_count</c> or <c>total_cost</c>; ties by id.</summary>
    [AllowedValues("created_at", "last_activity", "message_count", "total_cost", null)]
    public string? Sort { get; init; }

    /// <summary><c>desc</c>: the newest or greatest first, the default. <c>asc</c>: the oldest or least first.</summary>
    [AllowedValues("asc", "desc", null)]
    public string? Order { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Sessions a page, 1 to 100. Default 50.</summary>
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>
    /// Goes on where another answer ended: its <c>next_cursor</c>, with the same filters and order and without <c>page</c>.
    /// </summary>
    public string? Cursor { get; init; }

    /// <summary>The statuses as the client named them.</summary>
    internal IReadOnlyList<string> StatusNames() =>
        [.. (Status ?? []).SelectMany(names => names?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])];

    internal string[] Words() => Q?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    internal SessionFilter ToFilter() => new()
    {
        ActiveOnly = ActiveOnly ?? false,
        Statuses = [.. StatusNames().Select(SessionStatuses.Parse).Distinct().Order()],
        IsStarred = Starred,
        CreatedAfter = Rfc3339.Parse(CreatedAfter),
        CreatedBefore = Rfc3339.Parse(CreatedBefore),
        ActiveAfter = Rfc3339.Parse(ActiveAfter),
        ActiveBefore = Rfc3339.Parse(ActiveBefore),
        Metadata = Metadata?.Conditions ?? [],
        Words = Words(),
        Sort = Sort switch
        {
            "last_activity" => SessionSort.LastActivity,
            "message_count" => SessionSort.MessageCount,
            "total_cost" => SessionSort.TotalCost,
            _ => SessionSort.CreatedAt,
        },
        IsAscending = Order is "asc",
    };

    /// <summary>The cursor of a valid query, if it has one.</summary>
    internal SessionCursor? ToCursor(SessionFilter filter) =>
        Cursor is not null && SessionCursor.TryParse(Cursor, filter, out var cursor) ? cursor : null;
}

/// <summary>The conditions on metadata in a query; read by a binder of their own, since their names are the client's.</summary>
public sealed record MetadataConditions(IReadOnlyList<MetadataCondition> Conditions);

internal sealed class ListSessionsQueryValidator : AbstractValidator<ListSessionsQuery>
{
    public ListSessionsQueryValidator()
    {
        this.AddPageRules(ListSessionsQuery.MaxPageSize);
        RuleFor(q => q.Status).Must((query, _) => query.StatusNames().All(SessionStatuses.IsKnown))
            .WithMessage("must be one of active, completed, ended, archived, expired");
        RuleFor(q => q.Status).Must((query, _) => query.StatusNames().Count <= ListSessionsQuery.MaxStatuses)
            .WithMessage($"must name at most {ListSessionsQuery.MaxStatuses} statuses");
        RuleFor(q => q.CreatedAfter).TimeOrDate();
        RuleFor(q => q.CreatedBefore).TimeOrDate();
        RuleFor(q => q.ActiveAfter).TimeOrDate();
        RuleFor(q => q.ActiveBefore).TimeOrDate();
        RuleFor(q => q.Q).Characters(ListSessionsQuery.MaxTextLength);
        RuleFor(q => q.Q).Must((query, _) => query.Words().Length <= ListSessionsQuery.MaxWords)
            .WithMessage($"must hold at most {ListSessionsQuery.MaxWords} words");
        RuleFor(q => q.Sort).Must(sort => sort is null or "created_at" or "last_activity" or "message_count" or "total_cost")
            .WithMessage("must be one of created_at, last_activity, message_count, total_cost");
        RuleFor(q => q.Order).Must(order => order is null or "asc" or "desc").WithMessage("must be asc or desc");
        When(q => q.Cursor is not null, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage("must not be given together with cursor");
            RuleFor(q => q.Cursor).Must((query, cursor) => SessionCursor.TryParse(cursor!, query.ToFilter(), out _))
                .When(IsReadable)
                .WithMessage("must be the next_cursor of an answer with the same filters and order");
        });
    }

    private static bool IsReadable(ListSessionsQuery query) =>
        query.StatusNames().All(SessionStatuses.IsKnown)
        && new[] { query.CreatedAfter, query.CreatedBefore, query.ActiveAfter, query.ActiveBefore }.All(time => time is null || Rfc3339.Parse(time) is not null);
}
