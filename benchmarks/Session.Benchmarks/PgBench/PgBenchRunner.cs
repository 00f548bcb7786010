using System.Globalization;
using System.Text.RegularExpressions;
using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.PgBench;

/// <summary>Runs pgbench on a script and reads what it reports.</summary>
internal sealed partial class PgBenchRunner(DatabaseServer server, BenchmarkOptions options, string directory)
{
    // A log of every transaction would cost pgbench processor time; this share is enough for percentiles.
    private const string LoggedShare = "0.1";
    private const int TransactionsInsteadOfTime = 25;

    private readonly Dictionary<PgBenchScript, double> _connectionSeconds = [];
    private int _run = (int)SessionKind.FirstRun;

    /// <param name="script">What each client does over and over.</param>
    /// <param name="written">Told how many transactions were committed.</param>
    /// <param name="cancellationToken">Kills pgbench.</param>
    public async Task<Sample> MeasureAsync(PgBenchScript script, Action<long> written, CancellationToken cancellationToken)
    {
        // Connecting is no part of the work, and with passwords it is dear: its cost is measured once and taken off.
        if (!_connectionSeconds.TryGetValue(script, out var connecting))
        {
            var shortest = await RunAsync(script, ["--transactions", "1"], cancellationToken);
            written(shortest.Transactions);
            _connectionSeconds[script] = connecting = shortest.DatabaseSeconds;
        }

        var run = await RunAsync(
            script,
            options.Seconds >= 1 ? ["--time", $"{(int)options.Seconds}"] : ["--transactions", $"{TransactionsInsteadOfTime}"],
            cancellationToken);
        written(run.Transactions);
        return new Sample(
            run.PerSecond,
            run.Milliseconds.At(0.5),
            run.Milliseconds.At(0.99),
            ServiceMicroseconds: null,
            Math.Max(0, run.DatabaseSeconds - connecting) * 1e6 / run.Transactions);
    }

    private async Task<Run> RunAsync(PgBenchScript script, string[] duration, CancellationToken cancellationToken)
    {
        var scriptFile = Path.Combine(directory, "script.sql");
        var log = Path.Combine(directory, "pgbench.log");
        await File.WriteAllTextAsync(scriptFile, script.Text, cancellationToken);
        var connection = server.Connection;
        string[] arguments =
        [
            "--no-vacuum", "--protocol", "prepared", "--client", $"{options.Connections}", "--jobs", $"{Math.Min(2, options.Connections)}",
            .. duration,
            "--file", scriptFile, "--log", "--log-prefix", log, "--sampling-rate", LoggedShare,
            "--define", $"run={_run++}", "--define", "n=0",
            .. script.Variables.SelectMany(variable => new[] { "--define", $"{variable.Key}={variable.Value}" }),
            "--host", connection.Host!, "--port", $"{connection.Port}", "--username", connection.Username!, connection.Database!,
        ];

        server.Rest();
        var before = server.ProcessorSeconds;
        var output = await ProgramRun.RunAsync(
            server.PgBench,
            arguments,
            new Dictionary<string, string>(StringComparer.Ordinal) { ["PGPASSWORD"] = connection.Password! },
            cancellationToken);
        await server.SettleAsync(cancellationToken);
        var transactions = (long)Number(Transactions(), output);
        if (transactions == 0)
        {
            // Connecting counts as a part of its time.
            throw new BenchmarkException("pgbench got nothing done in its time: the machine is too busy, measure for longer (--seconds).");
        }

        return new Run(
            transactions,
            Number(PerSecond(), output),
            server.ProcessorSeconds - before,
            Percentiles.Sort(ReadMilliseconds()));
    }

    // "client transaction microseconds script second microsecond", in one file for each thread
    private List<double> ReadMilliseconds()
    {
        var milliseconds = new List<double>();
        foreach (var file in Directory.GetFiles(directory, "pgbench.log*"))
        {
            milliseconds.AddRange(File.ReadLines(file).Select(line => double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture) / 1000));
            File.Delete(file);
        }

        return milliseconds;
    }

    private static double Number(Regex pattern, string output) =>
        pattern.Match(output) is { Success: true } match
            ? double.Parse(match.Groups["number"].ValueSpan, CultureInfo.InvariantCulture)
            : throw new BenchmarkException($"pgbench said something unexpected: {output}");

    [GeneratedRegex(@"transactions actually processed: (?<number>\d+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Transactions();

    [GeneratedRegex(@"tps = (?<number>[\d.]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PerSecond();

    private sealed record Run(long Transactions, double PerSecond, double DatabaseSeconds, Percentiles Milliseconds);
}
