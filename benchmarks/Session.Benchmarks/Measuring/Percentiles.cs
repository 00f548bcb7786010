namespace SessionService.Benchmarks.Measuring;

/// <summary>Values in order.</summary>
internal sealed class Percentiles
{
    private readonly double[] _sorted;

    private Percentiles(double[] sorted) => _sorted = sorted;

    public double Least => _sorted[0];

    public double Most => _sorted[^1];

    public double Median => _sorted.Length % 2 == 1 ? At(0.5) : (_sorted[_sorted.Length / 2 - 1] + _sorted[_sorted.Length / 2]) / 2;

    public static Percentiles Sort(IEnumerable<double> values)
    {
        var sorted = values.ToArray();
        Array.Sort(sorted);
        return new Percentiles(sorted);
    }

    /// <summary>The value that the share of the values does not exceed; no number where there are no values.</summary>
    public double At(double share) => _sorted.Length == 0 ? double.NaN : _sorted[Math.Min((int)(share * _sorted.Length), _sorted.Length - 1)];
}
