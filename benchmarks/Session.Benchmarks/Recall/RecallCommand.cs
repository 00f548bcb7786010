using System.CommandLine;
using SessionService.Benchmarks.Measuring;
using SessionService.Benchmarks.Processes;
using Spectre.Console;

namespace SessionService.Benchmarks.Recall;

/// <summary><c>recall DIRECTORY …</c>: how well search finds the turns that answer a question.</summary>
internal static class RecallCommand
{
    // After that, everything that is written is to be found as well as ever.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    public static Command Create(BenchmarkOptions defaults)
    {
        var sets = new Argument<FileSystemInfo[]>("sets") { Description = "Directories with conversations in the form of LoCoMo, a JSON file each; or single files.", Arity = ArgumentArity.OneOrMore };
        var mode = new Option<string>("--mode") { Description = "How passages are chosen: best or spread.", DefaultValueFactory = _ => "best" };
        var service = new Option<string>("--service") { Description = "The service's assembly (Session.Api.dll).", DefaultValueFactory = _ => defaults.Service };
        var recall = new Command("recall", "Loads conversations through the service's HTTP API, asks their questions, and prints recall and mean reciprocal rank.")
        {
            Arguments = { sets },
            Options = { service, mode },
        };
        sets.AcceptExistingOnly();
        recall.SetAction(async (arguments, cancellationToken) =>
        {
            var directory = Path.Combine(Path.GetFullPath(defaults.Directory), $"session-recall-{Guid.NewGuid():N}");
            await using var server = new DatabaseServer(directory, defaults.SharedBuffers);
            await server.StartAsync(cancellationToken);
            await using var running = await ServiceProcess.StartAsync(
                Path.GetFullPath(arguments.GetValue(service)!), server.Connection.ConnectionString, new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
            var measurement = new RecallMeasurement(running.Http, arguments.GetValue(mode)!, Pause);
            foreach (var set in arguments.GetValue(sets)!)
            {
                var recalled = new List<Recalled>();
                foreach (var file in FilesOf(set))
                {
                    recalled.AddRange(await measurement.RunAsync(Conversation.Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken)), cancellationToken));
                }

                Print(set.Name, recalled);
            }

            return 0;
        });
        return recall;
    }

    private static IEnumerable<FileInfo> FilesOf(FileSystemInfo set) =>
        set is DirectoryInfo directory ? directory.GetFiles("*.json").OrderBy(file => file.Name, StringComparer.Ordinal) : [(FileInfo)set];

    private static void Print(string set, List<Recalled> recalled)
    {
        var table = new Table().Title(set).AddColumn("category", column => column.NoWrap()).AddColumn("questions");
        table.AddColumns([.. Recalled.Depths.Select(depth => $"recall@{depth}"), "MRR"]);
        AddRow("all", recalled);
        foreach (var category in recalled.GroupBy(one => one.Category, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            AddRow(category.Key, [.. category]);
        }

        AnsiConsole.Write(table);
        var times = Percentiles.Sort(recalled.Select(one => one.Time.TotalMilliseconds));
        AnsiConsole.WriteLine($"A question took {times.Median:F1} ms (median), {times.At(0.99):F1} ms (p99).");

        void AddRow(string name, IReadOnlyList<Recalled> questions) => table.AddRow(
        [
            name,
            questions.Count.ToString(),
            .. Recalled.Depths.Select((_, depth) => Percent(questions.Average(one => one.At[depth]))),
            Percent(questions.Average(one => one.ReciprocalRank)),
        ]);
    }

    private static string Percent(double share) => (100 * share).ToString("F1");
}
