using System.Runtime.CompilerServices;

namespace SessionClients;

internal static class Check
{
    public static void Equal<T>(T expected, T actual, [CallerArgumentExpression(nameof(actual))] string what = "")
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
        {
            throw new InvalidOperationException($"{what} is {actual}, not {expected}.");
        }
    }

    public static T Single<T>(ICollection<T> items, [CallerArgumentExpression(nameof(items))] string what = "") =>
        items.Count == 1 ? items.Single() : throw new InvalidOperationException($"{what} holds {items.Count} items, not one.");

    public static void Contains(string part, string text)
    {
        if (!text.Contains(part, StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"\"{part}\" is not in: {text}");
        }
    }

    public static async Task<T> ThrowsAsync<T>(Func<Task> act)
        where T : Exception
    {
        try
        {
            await act();
        }
        catch (T expected)
        {
            return expected;
        }

        throw new InvalidOperationException($"There was no {typeof(T).Name}.");
    }
}
