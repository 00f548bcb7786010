namespace SessionService.Benchmarks.Measuring;

/// <summary>One measurement of one side.</summary>
/// <param name="PerSecond">Requests, or transactions, a second.</param>
/// <param name="P50Ms">Median of their time.</param>
/// <param name="P99Ms">Time that one in a hundred exceeds.</param>
/// <param name="ServiceMicroseconds">Processor time of the service for each of them; none where it has no part in it.</param>
/// <param name="DatabaseMicroseconds">Processor time of all processes of the database for each of them.</param>
internal sealed record Sample(double PerSecond, double P50Ms, double P99Ms, double? ServiceMicroseconds, double DatabaseMicroseconds);

/// <summary>Both sides, measured one after the other.</summary>
internal sealed record Pair(Sample A, Sample B);

/// <summary>One of the two things that are compared.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="IsService">Whether it is the service, whose code is compiled while it runs.</param>
/// <param name="MeasureAsync">Measures it once.</param>
internal sealed record Side(string Name, bool IsService, Func<CancellationToken, Task<Sample>> MeasureAsync);
