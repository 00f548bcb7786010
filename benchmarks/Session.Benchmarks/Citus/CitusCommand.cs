using System.CommandLine;
using Spectre.Console;

namespace SessionService.Benchmarks.Citus;

/// <summary><c>citus</c>: what a sharded database costs against a plain one.</summary>
internal static class CitusCommand
{
    // The tests of sharded databases read it too.
    private const string Variable = "SESSION_TEST_CITUS";

    public static Command Create(
        IEnumerable<Option> common,
        Func<ParseResult, BenchmarkOptions> read,
        Func<Func<CancellationToken, Task>, CancellationToken, Task<int>> run)
    {
        var coordinator = new Option<string>("--coordinator")
        {
            Description = $"Connection string of the coordinator, in a database that knows the workers; {Variable} where it is not given.",
            DefaultValueFactory = _ => Environment.GetEnvironmentVariable(Variable) ?? "",
        };
        var worker = new Option<string>("--worker") { Description = "Connection string of the one worker to connect to; without it the service is given all workers." };
        var citus = new Command("citus", "Compares the service on a Citus cluster on this machine with the service on a plain server.");
        foreach (var option in common.Append(coordinator).Append(worker))
        {
            citus.Options.Add(option);
        }

        citus.SetAction((arguments, cancellationToken) =>
        {
            if (arguments.GetValue(coordinator) is not { Length: > 0 } given)
            {
                AnsiConsole.WriteLine($"No cluster is named (--coordinator, {Variable}): nothing is measured.");
                return Task.FromResult(0);
            }

            var benchmark = new CitusBenchmark(read(arguments));
            return run(cancel => benchmark.RunAsync(given, arguments.GetValue(worker), cancel), cancellationToken);
        });
        return citus;
    }
}
