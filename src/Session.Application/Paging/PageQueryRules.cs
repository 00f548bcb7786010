using FluentValidation;

namespace SessionService.Application.Paging;

internal static class PageQueryRules
{
    /// <summary>The ranges of <c>page</c> and <c>page_size</c>.</summary>
    public static void AddPageRules<T>(this AbstractValidator<T> validator, int maxPageSize)
        where T : IPageQuery
    {
        validator.RuleFor(q => q.Page).GreaterThanOrEqualTo(1).WithMessage("must be 1 or more");
        validator.RuleFor(q => q.PageSize).InclusiveBetween(1, maxPageSize).WithMessage($"must be between 1 and {maxPageSize}");
    }

    /// <summary>The page that a valid query asks for.</summary>
    public static PageRange ToRange(this IPageQuery query, int defaultPageSize) =>
        new(query.Page ?? 1, query.PageSize ?? defaultPageSize);
}
