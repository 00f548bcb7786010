using System.CommandLine;
using SessionService.Benchmarks.Citus;
using SessionService.Benchmarks.Driving;
using SessionService.Benchmarks.Recall;
using SessionService.Benchmarks.Scenarios;
using Spectre.Console;

namespace SessionService.Benchmarks;

/// <summary>The benchmark itself, and <c>drive</c>, as which it runs itself to make requests from a process of their own.</summary>
internal static class BenchmarkCommands
{
    /// <summary>After Ctrl+C the database and the service have to be stopped and their files removed.</summary>
    public static readonly InvocationConfiguration Invocation = new()
    {
        EnableDefaultExceptionHandler = false,
        ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
    };

    public static RootCommand Create()
    {
        var defaults = new BenchmarkOptions { Directory = DefaultDirectory(), Service = Path.Combine(AppContext.BaseDirectory, "Session.Api.dll") };
        var seconds = new Option<int>("--seconds") { Description = "Length of one measurement.", DefaultValueFactory = _ => (int)defaults.Seconds };
        var rounds = new Option<int>("--rounds") { Description = "Pairs of measurements that count.", DefaultValueFactory = _ => defaults.Rounds };
        var connections = new Option<int>("--connections") { Description = "Connections, of pgbench and to the service.", DefaultValueFactory = _ => defaults.Connections };
        var only = new Option<string>("--only") { Description = $"Scenarios to run, with commas between: {string.Join(", ", AllScenarios.Keys)}." };
        var onlyWorks = new Option<string>("--only") { Description = $"Work to measure, with commas between: {string.Join(", ", CitusWork.All.Select(work => work.Key))}." };
        var smoke = new Option<bool>("--smoke") { Description = "Runs everything once on little data: a test of the benchmark." };
        var service = new Option<string>("--service") { Description = "The service's assembly (Session.Api.dll).", DefaultValueFactory = _ => defaults.Service };
        var directory = new Option<string>("--directory") { Description = "Where the database gets a directory of its own, which is removed afterwards.", DefaultValueFactory = _ => defaults.Directory };
        seconds.Validators.Add(result => RequirePositive(result, seconds));
        rounds.Validators.Add(result => RequirePositive(result, rounds));
        connections.Validators.Add(result => RequirePositive(result, connections));

        var root = new RootCommand("Measures the service against pgbench on the same statements and the same database.")
        {
            Options = { seconds, rounds, connections, only, smoke, service, directory },
            Subcommands =
            {
                CreateDrive(),
                RecallCommand.Create(defaults),
                CitusCommand.Create([seconds, rounds, connections, onlyWorks, smoke, service, directory], arguments => Read(arguments, onlyWorks), RunAsync),
            },
        };
        root.SetAction((arguments, cancellationToken) => RunAsync(new Benchmark(Read(arguments, only)).RunAsync, cancellationToken));
        return root;

        BenchmarkOptions Read(ParseResult arguments, Option<string> keys)
        {
            var options = defaults with
            {
                Seconds = arguments.GetValue(seconds),
                Rounds = arguments.GetValue(rounds),
                Connections = arguments.GetValue(connections),
                Only = arguments.GetValue(keys)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [],
                Service = Path.GetFullPath(arguments.GetValue(service)!),
                Directory = Path.Combine(Path.GetFullPath(arguments.GetValue(directory)!), $"session-benchmarks-{Guid.NewGuid():N}"),
            };
            return arguments.GetValue(smoke) ? options.AsSmoke() : options;
        }
    }

    private static Command CreateDrive()
    {
        var port = new Option<int>("--port");
        var connections = new Option<int>("--connections");
        var seconds = new Option<double>("--seconds");
        var requests = new Option<string>("--requests") { Required = true };
        var drive = new Command("drive", "Sends requests to the service and prints what came of it, as JSON.")
        {
            Hidden = true,
            Options = { port, connections, seconds, requests },
        };
        drive.SetAction(arguments =>
        {
            var result = HttpLoad.Run(
                arguments.GetValue(port),
                arguments.GetValue(connections),
                TimeSpan.FromSeconds(arguments.GetValue(seconds)),
                RequestFile.Read(arguments.GetValue(requests)!));
            Console.Out.WriteLine(result.ToJson());
        });
        return drive;
    }

    private static async Task<int> RunAsync(Func<CancellationToken, Task> benchmark, CancellationToken cancellationToken)
    {
        try
        {
            await benchmark(cancellationToken);
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            AnsiConsole.WriteLine("Cancelled.");
            return 1;
        }
        catch (Exception exception) when (exception is BenchmarkException or Infrastructure.EmbeddedPostgres.EmbeddedPostgresException)
        {
            AnsiConsole.MarkupLineInterpolated($"[red]Failed:[/] {exception.Message}");
            return 1;
        }
    }

    private static void RequirePositive(System.CommandLine.Parsing.OptionResult result, Option<int> option)
    {
        if (result.GetValue(option) < 1)
        {
            result.AddError($"{option.Name} must be 1 or more.");
        }
    }

    // The temporary directory is in memory on many systems.
    private static string DefaultDirectory() => Directory.Exists("/var/tmp") ? "/var/tmp" : Path.GetTempPath();
}
