namespace SessionService.Benchmarks;

/// <summary>What to run, for how long and on how much data.</summary>
internal sealed record BenchmarkOptions
{
    /// <summary>Length of one measurement; below one second pgbench runs a fixed number of transactions.</summary>
    public double Seconds { get; init; } = 5;

    /// <summary>How often both sides are measured in turn, beside the first time, which warms up and does not count.</summary>
    public int Rounds { get; init; } = 5;

    public int Connections { get; init; } = 64;

    /// <summary>Keys of the scenarios to run; all of them where it is empty.</summary>
    public IReadOnlyCollection<string> Only { get; init; } = [];

    /// <summary>Whether everything runs once on little data: that shows that the benchmark works, and measures nothing.</summary>
    public bool IsSmoke { get; private init; }

    public int Sessions { get; init; } = 10_000;

    /// <summary>Sessions to read pages from, and the pages of 100 messages in each.</summary>
    public int PageSessions { get; init; } = 500;

    public int PagesPerSession { get; init; } = 5;

    /// <summary>How many messages lie before the deep page.</summary>
    public int Depth { get; init; } = 100_000;

    public int FewSessions { get; init; } = 1_000;

    public int ManySessions { get; init; } = 1_000_000;

    public int FewMessages { get; init; } = 1_000;

    public int ManyMessages { get; init; } = 100_000;

    /// <summary>Sessions of a user who has many and of one who has few.</summary>
    public int ListedMany { get; init; } = 100_000;

    public int ListedFew { get; init; } = 10;

    /// <summary>Followers of one busy session, and idle ones of a session each.</summary>
    public int Followers { get; init; } = 1_000;

    public int IdleFollowers { get; init; } = 10_000;

    /// <summary>Messages of the session to which a follower comes back.</summary>
    public int FollowedMessages { get; init; } = 1_000_000;

    public string SharedBuffers { get; init; } = "512MB";

    /// <summary>Where the database is made and removed again; on a disk, because a commit in memory costs nothing.</summary>
    public required string Directory { get; init; }

    /// <summary>The service's assembly.</summary>
    public required string Service { get; init; }

    public BenchmarkOptions AsSmoke() => this with
    {
        Seconds = 0.2,
        Rounds = 1,
        Connections = Math.Min(Connections, 8),
        IsSmoke = true,
        Sessions = 200,
        PageSessions = 5,
        PagesPerSession = 3,
        Depth = 2_000,
        FewSessions = 100,
        ManySessions = 5_000,
        FewMessages = 100,
        ManyMessages = 1_000,
        ListedMany = 1_000,
        Followers = 20,
        IdleFollowers = 100,
        FollowedMessages = 2_000,
        SharedBuffers = "64MB",
    };
}
