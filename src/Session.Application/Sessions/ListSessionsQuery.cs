using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Application.Validation;

namespace SessionService.Application.Sessions;

/// <summary>The filters and order of a list of sessions. A session must match all filters.</summary>
public class ListSessionsQuery : SessionConditionsQuery, IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;
    public const int MaxTextLength = 200;
    public const int MaxWords = 10;

    /// <summary>
    /// Only sessions with these words in their title or summary: each of them, whatever its case, also as a part of a longer word. At most
    /// 10 words and 200 characters.
    /// </summary>
    [StringLength(MaxTextLength)]
    public string? Q { get; init; }

    /// <summary>
    /// What to sort by: <c>created_at</c> (the default), <c>last_activity</c>, <c>message_count</c> or <c>total_cost</c>; ties by id.
    /// </summary>
    [DefaultValue("created_at")]
    [AllowedValues("created_at", "last_activity", "message_count", "total_cost", null)]
    public string? Sort { get; init; }

    /// <summary><c>desc</c>: the newest or greatest first, the default. <c>asc</c>: the oldest or least first.</summary>
    [DefaultValue("desc")]
    [AllowedValues("asc", "desc", null)]
    public string? Order { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Sessions a page, 1 to 100. Default 50.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>
    /// Goes on where another answer ended: its <c>next_cursor</c>, with the same filters and order and without <c>page</c>.
    /// </summary>
    public string? Cursor { get; init; }

    internal string[] Words() => Q?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? [];

    internal SessionFilter ToFilter() => ToSessionFilter() with
    {
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

/// <summary>The filters and order of a list of starred sessions.</summary>
public sealed class ListStarredSessionsQuery : ListSessionsQuery
{
    private protected override bool? WantedStar => true;
}

internal sealed class ListSessionsQueryValidator : AbstractValidator<ListSessionsQuery>
{
    public ListSessionsQueryValidator()
    {
        this.AddPageRules(ListSessionsQuery.MaxPageSize);
        this.AddSessionConditionRules();
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
                .When(q => q.HasReadableConditions())
                .WithMessage("must be the next_cursor of an answer with the same filters and order");
        });
    }
}

internal sealed class ListStarredSessionsQueryValidator : AbstractValidator<ListStarredSessionsQuery>
{
    public ListStarredSessionsQueryValidator(IValidator<ListSessionsQuery> list)
    {
        Include(list);
        RuleFor(q => q.Starred).NotEqual(false).WithMessage("must not be false in the list of starred sessions");
    }
}
