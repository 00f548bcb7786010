using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Domain.Sessions;

namespace SessionService.Application.Sessions;

/// <summary>Which of a user's sessions to list.</summary>
public sealed class ListSessionsQuery : IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>Only sessions that are active or completed. Default false.</summary>
    public bool? ActiveOnly { get; init; }

    /// <summary>Only sessions of this status.</summary>
    [AllowedValues("active", "completed", "ended", "archived", "expired", null)]
    public string? Status { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Sessions a page, 1 to 100. Default 50.</summary>
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }

    /// <summary>
    /// Goes on where another answer ended: its <c>next_cursor</c>, with the same filters and without <c>page</c>.
    /// </summary>
    public string? Cursor { get; init; }

    internal SessionFilter ToFilter() => new(ActiveOnly ?? false, Status is null ? null : SessionStatuses.Parse(Status));

    /// <summary>The cursor of a valid query, if it has one.</summary>
    internal SessionCursor? ToCursor(SessionFilter filter) =>
        Cursor is not null && SessionCursor.TryParse(Cursor, filter, out var cursor) ? cursor : null;
}

internal sealed class ListSessionsQueryValidator : AbstractValidator<ListSessionsQuery>
{
    public ListSessionsQueryValidator()
    {
        this.AddPageRules(ListSessionsQuery.MaxPageSize);
        RuleFor(q => q.Status).KnownStatus();
        When(q => q.Cursor is not null, () =>
        {
            RuleFor(q => q.Page).Null().WithMessage("must not be given together with cursor");
            RuleFor(q => q.Cursor).Must((query, cursor) => SessionCursor.TryParse(cursor!, query.ToFilter(), out _))
                .When(q => q.Status is null || SessionStatuses.IsKnown(q.Status))
                .WithMessage("must be the next_cursor of an answer with the same filters");
        });
    }
}

/// <summary>The sessions that a list is about.</summary>
public sealed record SessionFilter(bool ActiveOnly, SessionStatus? Status)
{
    /// <summary>Whether it chooses all sessions.</summary>
    [JsonIgnore]
    public bool IsOfAll => !ActiveOnly && Status is null;
}
