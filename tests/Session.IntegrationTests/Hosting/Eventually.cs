using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>What becomes so by itself, soon.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits until it is so.</summary>
    /// <exception cref="TimeoutException">It was not within a minute.</exception>
    public static Task IsSoAsync(Func<Task<bool>> isSo, [CallerArgumentExpression(nameof(isSo))] string? what = null) =>
        GetAsync(isSo, so => so, what);

    /// <summary>Gets something again and again until it is right, and returns it.</summary>
    /// <exception cref="TimeoutException">It was not within a minute.</exception>
    public static async Task<T> GetAsync<T>(
        Func<Task<T>> getAsync, Func<T, bool> isRight, [CallerArgumentExpression(nameof(getAsync))] string? what = null)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var got = await getAsync();
            if (isRight(got))
            {
                return got;
            }

            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException(what);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }
    }
}
