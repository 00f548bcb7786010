using System.Runtime.CompilerServices;

namespace SessionService.Client;

/// <summary>Goes from page to page as the items are asked for.</summary>
internal static class Pages
{
    /// <summary>Pages of which each names the next one by a cursor.</summary>
    public static async IAsyncEnumerable<TItem> ByCursorAsync<TPage, TItem>(
        Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, IReadOnlyList<TItem>> items,
        Func<TPage, string?> next,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string? cursor = null;
        do
        {
            var page = await read(cursor, cancellationToken).ConfigureAwait(false);
            foreach (var item in items(page))
            {
                yield return item;
            }

            cursor = next(page);
        }
        while (cursor is not null);
    }

    /// <summary>
    /// Numbered pages with the newest items first, until one is empty or all are read. New items push others to a later page, where they
    /// do not come a second time.
    /// </summary>
    public static async IAsyncEnumerable<TItem> ByNumberAsync<TPage, TItem, TId>(
        Func<int, CancellationToken, Task<TPage>> read,
        Func<TPage, (IReadOnlyList<TItem> Items, long Total)> content,
        Func<TItem, TId> id,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        long seen = 0;
        var ids = new HashSet<TId>();
        for (var number = 1; ; number++)
        {
            var (items, total) = content(await read(number, cancellationToken).ConfigureAwait(false));
            foreach (var item in items.Where(item => ids.Add(id(item))))
            {
                yield return item;
            }

            seen += items.Count;
            if (items.Count == 0 || seen >= total)
            {
                yield break;
            }
        }
    }
}
