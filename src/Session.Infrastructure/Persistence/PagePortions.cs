using System.Numerics;

namespace SessionService.Infrastructure.Persistence;

/// <summary>
/// Pages whose items may be large. The statement that chooses a page brings the small items as a whole. Of the large items it brings the
/// keys and the lengths: their texts are read when their turn comes, as many at once as fit into a portion. So neither a page nor a
/// connection is kept for a client that reads slowly.
/// </summary>
internal static class PagePortions
{
    /// <summary>The texts that are read at once.</summary>
    private const long MaxBytes = 1024 * 1024;

    /// <summary>A page by cursor takes no further item once its texts are this long.</summary>
    private const long MaxPageBytes = 16 * 1024 * 1024;

    private const int AlwaysWhole = 4 * 1024;

    /// <summary>
    /// Up to which length the statement that chooses a page brings an item as a whole. A power of two: it stands in the text of prepared
    /// statements, of which there must be few.
    /// </summary>
    public static int MaxWholeBytes(int items) => 1 << BitOperations.Log2((uint)Math.Max(2 * MaxBytes / items, AlwaysWhole));

    /// <summary>How many of the first items fit into a page by cursor: one at least.</summary>
    public static int CountFitting<TKey, T>(IReadOnlyList<PageItem<TKey, T>> page)
        where T : class
    {
        long bytes = 0;
        for (var i = 0; i < page.Count; i++)
        {
            if (bytes >= MaxPageBytes)
            {
                return i;
            }

            bytes += page[i].Bytes;
        }

        return page.Count;
    }

    /// <summary>The items in order. Those that are not whole are read by their keys; one that has gone is left out.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<TKey, T>(
        IReadOnlyList<PageItem<TKey, T>> page, Func<TKey[], Task<List<T>>> read, Func<T, TKey> keyOf)
        where TKey : notnull
        where T : class
    {
        Dictionary<TKey, T> portion = [];
        for (int i = 0, readTo = 0; i < page.Count; i++)
        {
            if (page[i].Whole is { } whole)
            {
                yield return whole;
                continue;
            }

            if (i >= readTo)
            {
                portion.Clear();
                readTo = EndOfPortion(page, i);
                var keys = page.Skip(i).Take(readTo - i).Where(item => item.Whole is null).Select(item => item.Key).ToArray();
                portion = (await read(keys)).ToDictionary(keyOf);
            }

            if (portion.Remove(page[i].Key, out var item))
            {
                yield return item;
            }
        }
    }

    private static int EndOfPortion<TKey, T>(IReadOnlyList<PageItem<TKey, T>> page, int start)
        where T : class
    {
        long bytes = 0;
        var end = start;
        while (end < page.Count && (end == start || bytes + page[end].Bytes <= MaxBytes))
        {
            bytes += page[end++].Bytes;
        }

        return end;
    }
}

/// <summary>An item of a page.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Bytes">How long its texts are.</param>
/// <param name="Whole">The item; <see langword="null"/> where it is still to be read.</param>
internal sealed record PageItem<TKey, T>(TKey Key, long Bytes, T? Whole)
    where T : class;
