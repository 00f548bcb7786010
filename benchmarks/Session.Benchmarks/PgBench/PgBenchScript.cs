using System.Globalization;
using System.Text.RegularExpressions;

namespace SessionService.Benchmarks.PgBench;

/// <summary>A transaction for pgbench: what it computes first, and the statement.</summary>
internal sealed partial record PgBenchScript(string Text, IReadOnlyDictionary<string, string> Variables)
{
    /// <summary>Makes one of a statement of the service's.</summary>
    /// <param name="statement">The statement, with parameters $1, $2 …</param>
    /// <param name="parameters">For each parameter in turn what stands in its place; pgbench prepares the statement with a parameter for
    /// each of its variables there, and a type in a cast costs nothing when it runs.</param>
    /// <param name="settings">Lines that set variables for each transaction.</param>
    /// <param name="variables">Variables that stay as they are.</param>
    public static PgBenchScript Of(
        string statement, IReadOnlyList<string> parameters, IEnumerable<string> settings, IReadOnlyDictionary<string, string> variables)
    {
        var used = new HashSet<int>();
        var sql = Parameter().Replace(statement, match =>
        {
            var number = int.Parse(match.ValueSpan[1..], CultureInfo.InvariantCulture);
            used.Add(number);
            return number <= parameters.Count
                ? parameters[number - 1]
                : throw new BenchmarkException($"The service's statement has a parameter {match.Value} that the benchmark does not know.");
        });
        return used.Count == parameters.Count
            ? new PgBenchScript(string.Join('\n', [.. settings.Select(setting => $"\\set {setting}"), $"{sql};", ""]), variables)
            : throw new BenchmarkException("The service's statement has fewer parameters than the benchmark knows.");
    }

    [GeneratedRegex(@"\$\d+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Parameter();
}
