using SessionService.Benchmarks.Measuring;

namespace SessionService.Benchmarks.Scenarios;

/// <summary>A piece of work that two sides do.</summary>
/// <param name="Key">Its name on the command line.</param>
/// <param name="Title">Its name in the tables.</param>
/// <param name="RunAsync">Does it.</param>
internal sealed record Scenario(string Key, string Title, Func<Laboratory, CancellationToken, Task<Outcome>> RunAsync);

/// <summary>What came of it.</summary>
internal sealed record Outcome(string A, string B, IReadOnlyList<Pair> Pairs, IReadOnlyList<Goal> Goals)
{
    /// <summary>Why there is nothing to tell, where there is not.</summary>
    public string? Skipped { get; private init; }

    public static Outcome Skip(string reason, IReadOnlyList<Goal> goals) => new("", "", [], goals) { Skipped = reason };
}
