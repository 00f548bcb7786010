namespace SessionService.Benchmarks.Scenarios;

/// <summary>In the order in which they run: reading before the tables grow, the much writing last.</summary>
internal static class AllScenarios
{
    private static readonly Scenario[] InOrder =
    [
        new("get", "get a session", ReadScenarios.GetAsync),
        new("page", "a page of 100 messages", ReadScenarios.PageAsync),
        new("parts", "a page of messages of five parts against one of texts", PartsScenario.RunAsync),
        new("branches", "pages of a conversation with 1,000 branches against without", BranchesScenario.RunAsync),
        new("depth", "page at depth 100,000 against page at the start", ReadScenarios.DepthAsync),
        new("list", "list of 100,000 sessions against of 10", ListScenarios.ByCreationAsync),
        new("list-activity", "the same by last activity", ListScenarios.ByActivityAsync),
        new("list-messages", "the same by number of messages", ListScenarios.ByMessagesAsync),
        new("list-cost", "the same by cost", ListScenarios.ByCostAsync),
        new("usage", "usage of a user with 100,000 messages against with 500", UsageScenario.RunAsync),
        new("packed", "a page of 100 packed messages against one of rows", PackingScenario.RunAsync),
        new("statistics", "statistics with 1,000,000 sessions against with 1,000", StatisticsScenario.RunAsync),
        new("search", "search 100,000 messages against 1,000", SearchScenarios.FindAsync),
        new("memory", "memory search in 100,000 messages against 1,000", SearchScenarios.RecallAsync),
        new("follow", "1,000 followers of a busy session against one", FollowScenario.RunAsync),
        new("resume", "a follower comes back to 1,000,000 messages against to 100", ResumeScenario.RunAsync),
        new("digest", "append with the digest on against off", SearchScenarios.AppendAsync),
        new("single", "append from one connection, coalescing on against off", WriteScenarios.SingleConnectionAsync),
        new("append", "append over 10,000 sessions", WriteScenarios.AppendAsync),
        new("hot", "append to one hot session", WriteScenarios.HotAsync),
        new("create", "create a session", WriteScenarios.CreateAsync),
        new("batch", "batch of 1,000 against single appends", WriteScenarios.BatchAsync),
    ];

    public static IEnumerable<string> Keys => InOrder.Select(scenario => scenario.Key);

    /// <exception cref="BenchmarkException">A key is not known.</exception>
    public static IReadOnlyList<Scenario> Select(IReadOnlyCollection<string> keys)
    {
        var unknown = keys.Except(Keys, StringComparer.Ordinal).ToList();
        return unknown.Count > 0
            ? throw new BenchmarkException($"There is no scenario {string.Join(", ", unknown)}; there are {string.Join(", ", Keys)}.")
            : [.. InOrder.Where(scenario => keys.Count == 0 || keys.Contains(scenario.Key, StringComparer.Ordinal))];
    }
}
