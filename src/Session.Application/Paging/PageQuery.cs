namespace SessionService.Application.Paging;

/// <summary>A query for a page of a list.</summary>
public interface IPageQuery
{
    int? Page { get; }

    int? PageSize { get; }
}

/// <summary>A page of a list: its number from 1, and how many items it holds at most.</summary>
public readonly record struct PageRange(int Page, int Size)
{
    /// <summary>How many items come before the page.</summary>
    public long Skip => (Page - 1L) * Size;
}

/// <summary>A page of items, the number of all items, and whether more items follow.</summary>
public sealed record Paged<T>(IReadOnlyList<T> Items, long Total, bool HasMore);
