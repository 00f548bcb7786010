using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Paging;
using SessionService.Application.Validation;
using SessionService.Domain.Identity;

namespace SessionService.Application.Keys;

/// <summary>Which keys to list.</summary>
public sealed class ListKeysQuery : IPageQuery
{
    public const int DefaultPageSize = 50;
    public const int MaxPageSize = 100;

    /// <summary>Only keys of this user.</summary>
    [StringLength(UserIds.MaxLength, MinimumLength = 1)]
    public string? UserId { get; init; }

    /// <summary>The number of the page, from 1. Default 1.</summary>
    [DefaultValue(1)]
    [Range(1, int.MaxValue)]
    public int? Page { get; init; }

    /// <summary>Keys a page, 1 to 100. Default 50.</summary>
    [DefaultValue(DefaultPageSize)]
    [Range(1, MaxPageSize)]
    public int? PageSize { get; init; }
}

internal sealed class ListKeysQueryValidator : AbstractValidator<ListKeysQuery>
{
    public ListKeysQueryValidator()
    {
        this.AddPageRules(ListKeysQuery.MaxPageSize);
        RuleFor(q => q.UserId).UserId();
    }
}
