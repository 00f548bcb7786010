namespace SessionService.Benchmarks.Measuring;

/// <summary>What a ratio of a pair should be; without a limit it is only reported.</summary>
internal sealed record Goal(string What, Func<Pair, double> Ratio, double? Limit, bool AtLeast, double? Aim = null)
{
    public string Text => Limit is null ? "" : $"{(AtLeast ? "≥" : "≤")} {Limit:0.##}{(Aim is null ? "" : $", aim {Aim:0.0#}")}";

    public static Goal ThroughputAtLeast(double limit, double? aim = null) => new("throughput", Throughput, limit, AtLeast: true, aim);

    public static Goal LatencyAtMost(double limit) => new("p50", pair => pair.A.P50Ms / pair.B.P50Ms, limit, AtLeast: false);

    public static Goal ServiceCpuAtMost(double limit) =>
        new("service CPU / pgbench's database CPU", pair => pair.A.ServiceMicroseconds!.Value / pair.B.DatabaseMicroseconds, limit, AtLeast: false);

    public static Goal DatabaseCpuAtMost(double? limit) =>
        new("database CPU", pair => pair.A.DatabaseMicroseconds / pair.B.DatabaseMicroseconds, limit, AtLeast: false);

    /// <summary>No goal, but a figure.</summary>
    public static Goal ThroughputOf() => new("throughput", Throughput, Limit: null, AtLeast: true);

    public bool IsMetBy(double ratio) => AtLeast ? ratio >= Limit : ratio <= Limit;

    private static double Throughput(Pair pair) => pair.A.PerSecond / pair.B.PerSecond;
}
