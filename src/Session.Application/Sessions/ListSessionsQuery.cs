using System.ComponentModel.DataAnnotations;
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

    internal SessionFilter ToFilter() => new(ActiveOnly ?? false, Status is null ? null : SessionStatuses.Parse(Status));
}

internal sealed class ListSessionsQueryValidator : AbstractValidator<ListSessionsQuery>
{
    public ListSessionsQueryValidator()
    {
        this.AddPageRules(ListSessionsQuery.MaxPageSize);
        RuleFor(q => q.Status).KnownStatus();
    }
}

/// <summary>The sessions that a list is about.</summary>
public sealed record SessionFilter(bool ActiveOnly, SessionStatus? Status);
