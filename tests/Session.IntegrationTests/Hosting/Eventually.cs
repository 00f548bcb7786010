namespace SessionService.IntegrationTests.Hosting;

/// <summary>What becomes so by itself, soon.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>Waits until it is so.</summary>
    /// <exception cref="OperationCanceledException">It was not within a minute.</exception>
    public static async Task IsSoAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!await isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), patience.Token);
        }
    }
}
