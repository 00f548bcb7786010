using SessionService.Benchmarks.Data;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Reporting;
using SessionService.Benchmarks.Scenarios;
using Spectre.Console;

namespace SessionService.Benchmarks;

/// <summary>Prepares, runs the scenarios one after the other, and reports.</summary>
internal sealed class Benchmark(BenchmarkOptions options)
{
    /// <exception cref="BenchmarkException">What was measured is worth nothing.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new BenchmarkException("The benchmark reads processor times from /proc, which Linux alone has.");
        }

        var scenarios = AllScenarios.Select(options.Only);
        var report = new Report(options);
        try
        {
            await AnsiConsole.Progress()
                .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new ElapsedTimeColumn())
                .StartAsync(context => RunAsync(scenarios, report, context, cancellationToken));
        }
        finally
        {
            // What was measured before a failure took its time too.
            report.Print();
        }
    }

    private async Task RunAsync(IReadOnlyList<Scenario> scenarios, Report report, ProgressContext context, CancellationToken cancellationToken)
    {
        var steps = Contest.Measurements(options);
        var current = context.AddTask("preparing", maxValue: 3);
        var title = "preparing";
        await using var laboratory = new Laboratory(options, ShowStep);
        await laboratory.PrepareAsync(cancellationToken);
        report.PostgresVersion = laboratory.Server.Version;
        Finish();

        foreach (var scenario in scenarios)
        {
            title = scenario.Title;
            current = context.AddTask(title.EscapeMarkup(), maxValue: steps + 1);
            await Loader.TidyAsync(laboratory.Database, cancellationToken);
            report.Add(scenario.Title, await scenario.RunAsync(laboratory, cancellationToken));
            Finish();
        }

        void ShowStep(string step)
        {
            current.Description = $"{title}: {step}".EscapeMarkup();
            current.Increment(1);
        }

        void Finish()
        {
            current.Description = title.EscapeMarkup();
            current.Value = current.MaxValue;
        }
    }
}
