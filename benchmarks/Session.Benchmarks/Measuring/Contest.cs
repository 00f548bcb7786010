namespace SessionService.Benchmarks.Measuring;

/// <summary>
/// Two sides, A B A B: what changes on the machine meanwhile meets both, so their ratio within a pair says more than either figure.
/// </summary>
internal static class Contest
{
    // The service's code is compiled anew while it runs hot, for the first ten seconds or so.
    private const int WarmUps = 2;

    /// <summary>How often <see cref="RunAsync"/> measures, for whoever shows progress.</summary>
    public static int Measurements(BenchmarkOptions options) => 2 * (options.Rounds + (options.IsSmoke ? 0 : WarmUps));

    public static async Task<IReadOnlyList<Pair>> RunAsync(
        Side a, Side b, BenchmarkOptions options, Action<string> progress, CancellationToken cancellationToken)
    {
        for (var warmUp = 1; warmUp <= WarmUps && !options.IsSmoke; warmUp++)
        {
            await RoundAsync("warm-up");
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
}
