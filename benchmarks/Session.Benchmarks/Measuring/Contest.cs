namespace SessionService.Benchmarks.Measuring;

/// <summary>
/// Two sides, A B A B: what changes on the machine meanwhile meets both, so their ratio within a pair says more than either figure.
/// </summary>
internal static class Contest
{
    // The service's code is compiled anew while it runs hot. With the processors busy that takes about so long, as what it is compared
    // with, compiled long ago, does not.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(15);

    /// <summary>How often <see cref="RunAsync"/> measures at the most, for whoever shows progress.</summary>
    public static int Measurements(BenchmarkOptions options) => 2 * (options.Rounds + (options.IsSmoke ? 0 : WarmUps(options)));

    public static async Task<IReadOnlyList<Pair>> RunAsync(
        Side a, Side b, BenchmarkOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        foreach (var side in new[] { a, b })
        {
            for (var warmUp = 1; !options.IsSmoke && warmUp <= (side.IsService ? WarmUps(options) : 1); warmUp++)
            {
                progress($"warm-up, {side.Name}");
                await side.MeasureAsync(cancellationToken);
            }
        }

        var pairs = new List<Pair>();
        for (var round = 1; round <= options.Rounds; round++)
        {
            pairs.Add(await RoundAsync($"round {round} of {options.Rounds}"));
        }

        return pairs;

        async Task<Pair> RoundAsync(string name)
        {
            progress($"{name}, {a.Name}");
            var sampleA = await a.MeasureAsync(cancellationToken);
            progress($"{name}, {b.Name}");
            return new Pair(sampleA, await b.MeasureAsync(cancellationToken));
        }
    }

    private static int WarmUps(BenchmarkOptions options) => (int)Math.Ceiling(WarmUp.TotalSeconds / options.Seconds);
}
