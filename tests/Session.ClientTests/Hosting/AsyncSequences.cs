namespace SessionService.ClientTests.Hosting;

/// <summary>Reads a sequence to its end. .NET has these from 10 on.</summary>
internal static class AsyncSequences
{
    public static async Task<List<T>> ToListAsync<T>(this IAsyncEnumerable<T> sequence)
    {
        var items = new List<T>();
        await foreach (var item in sequence)
        {
            items.Add(item);
        }

        return items;
    }

    public static async Task<T> FirstAsync<T>(this IAsyncEnumerable<T> sequence)
    {
        await foreach (var item in sequence)
        {
            return item;
        }

        throw new InvalidOperationException("The sequence is empty.");
    }

    public static async Task<int> CountAsync<T>(this IAsyncEnumerable<T> sequence) => (await sequence.ToListAsync()).Count;
}
