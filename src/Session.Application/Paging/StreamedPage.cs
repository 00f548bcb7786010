namespace SessionService.Application.Paging;

/// <summary>A page whose large items are read while the items are enumerated.</summary>
/// <param name="Items">The items, which can be enumerated once. An item that has gone since the page was chosen is left out.</param>
/// <param name="Last">The last item, perhaps without its texts; <see langword="null"/> where there is none.</param>
/// <param name="Total">The number of all items.</param>
/// <param name="HasMore">Whether more items follow.</param>
public sealed record StreamedPage<T>(IAsyncEnumerable<T> Items, T? Last, long Total, bool HasMore)
    where T : class;

/// <summary>An answer, and the items of its list, which the answer itself lacks.</summary>
public sealed record StreamedList<TList, T>(TList Answer, IAsyncEnumerable<T> Items);
