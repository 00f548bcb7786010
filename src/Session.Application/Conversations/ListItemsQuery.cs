using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using FluentValidation;
using SessionService.Application.Validation;

namespace SessionService.Application.Conversations;

/// <summary>Which items of a conversation to list.</summary>
public sealed class ListItemsQuery
{
    public const int DefaultLimit = 20;
    public const int MaxLimit = 100;
    public const int MaxIdLength = 255;

    /// <summary>How many items: 1 to 100. A number outside of these counts as the nearest one.</summary>
    [DefaultValue(DefaultLimit)]
    public int? Limit { get; init; }

    /// <summary><c>desc</c>, the default: the newest first. <c>asc</c>: the oldest first.</summary>
    [DefaultValue("desc")]
    [AllowedValues("asc", "desc")]
    public string? Order { get; init; }

    /// <summary>The id of the item after which the list begins, in the order of the list.</summary>
    [StringLength(MaxIdLength)]
    public string? After { get; init; }

    internal int Take => Math.Clamp(Limit ?? DefaultLimit, 1, MaxLimit);

    internal bool IsAscending => Order is "asc";
}

internal sealed class ListItemsQueryValidator : AbstractValidator<ListItemsQuery>
{
    public ListItemsQueryValidator()
    {
        RuleFor(q => q.Order).Must(order => order is null or "asc" or "desc").WithMessage("must be asc or desc");
        RuleFor(q => q.After).Characters(ListItemsQuery.MaxIdLength);
    }
}
