using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Scenarios;
using Spectre.Console;

namespace SessionService.Benchmarks.Reporting;

/// <summary>Two tables: the medians of what was measured, and the ratios beside their goals.</summary>
internal sealed class Report(BenchmarkOptions options)
{
    // Where the output goes to a file there is no width to keep to.
    private const int WidthOfFiles = 180;

    private readonly Table _figures = new Table()
        .Title("Medians")
        .AddColumns("work", "side")
        .AddColumns(RightAligned("a second", "p50 ms", "p99 ms", "service CPU µs", "database CPU µs"));

    private readonly Table _ratios = new Table()
        .Title("Ratios, pair by pair")
        .AddColumns("work", "ratio of", "goal")
        .AddColumns(RightAligned("median", "least", "most"))
        .AddColumn("met");

    public void Add(string title, Outcome outcome)
    {
        if (outcome.Skipped is { } reason)
        {
            foreach (var goal in outcome.Goals)
            {
                _ratios.AddRow(title.EscapeMarkup(), goal.What.EscapeMarkup(), goal.Text, "", "", "", reason.EscapeMarkup());
            }

            return;
        }

        AddFigures(title, outcome.A, [.. outcome.Pairs.Select(pair => pair.A)]);
        AddFigures(title, outcome.B, [.. outcome.Pairs.Select(pair => pair.B)]);
        foreach (var goal in outcome.Goals)
        {
            var ratios = Percentiles.Sort(outcome.Pairs.Select(goal.Ratio));
            _ratios.AddRow(
                title.EscapeMarkup(),
                goal.What.EscapeMarkup(),
                goal.Text,
                $"{ratios.Median:0.00}",
                $"{ratios.Least:0.00}",
                $"{ratios.Most:0.00}",
                Verdict(goal, ratios.Median));
        }
    }

    // Of the last minute before the run: how busy others kept the machine.
    private readonly string _loadAverage = File.ReadAllText("/proc/loadavg").Split(' ')[0];

    public int PostgresVersion { get; set; }

    public void Print()
    {
        if (_ratios.Rows.Count == 0)
        {
            return;
        }

        if (!AnsiConsole.Profile.Out.IsTerminal)
        {
            AnsiConsole.Profile.Width = WidthOfFiles;
        }

        AnsiConsole.Write(_figures);
        AnsiConsole.Write(_ratios);
        AnsiConsole.WriteLine(
            $"{Environment.ProcessorCount} processors, PostgreSQL {PostgresVersion}, .NET {Environment.Version}, {options.Connections} connections, "
            + $"{options.Rounds} rounds of {options.Seconds} s; load average before it {_loadAverage}");
        if (options.IsSmoke)
        {
            AnsiConsole.WriteLine("A smoke test: the figures mean nothing.");
        }
    }

    private string Verdict(Goal goal, double ratio)
    {
        if (options.IsSmoke || goal.Limit is null)
        {
            return "";
        }

        return goal.IsMetBy(ratio) ? "[green]yes[/]" : "[red]no[/]";
    }

    private void AddFigures(string title, string side, IReadOnlyList<Sample> samples)
    {
        _figures.AddRow(
            title.EscapeMarkup(),
            side.EscapeMarkup(),
            $"{Median(sample => sample.PerSecond):N0}",
            $"{Median(sample => sample.P50Ms):0.00}",
            $"{Median(sample => sample.P99Ms):0.00}",
            samples[0].ServiceMicroseconds is null ? "" : $"{Median(sample => sample.ServiceMicroseconds!.Value):0.0}",
            $"{Median(sample => sample.DatabaseMicroseconds):0.0}");

        double Median(Func<Sample, double> figure) => Percentiles.Sort(samples.Select(figure)).Median;
    }

    private static TableColumn[] RightAligned(params IEnumerable<string> headings) =>
        [.. headings.Select(heading => new TableColumn(heading).RightAligned())];
}
