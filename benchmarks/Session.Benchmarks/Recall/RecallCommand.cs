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

    private const string Minilm = "minilm";

    public static Command Create(BenchmarkOptions defaults)
    {
        var sets = new Argument<FileSystemInfo[]>("sets") { Description = "Directories with conversations in the form of LoCoMo, a JSON file each; or single files.", Arity = ArgumentArity.OneOrMore };
        var mode = new Option<string>("--mode") { Description = "How passages are chosen: best or spread.", DefaultValueFactory = _ => "best" };
        var local = new Option<string>("--local") { Description = "What the service embeds by: minilm, whose vectors are waited for, or static.", DefaultValueFactory = _ => Minilm };
        var service = new Option<string>("--service") { Description = "The service's assembly (Session.Api.dll).", DefaultValueFactory = _ => defaults.Service };
        var recall = new Command("recall", "Loads conversations through the service's HTTP API, asks their questions, and prints recall and mean reciprocal rank.")
        {
            Arguments = { sets },
            Options = { service, mode, local },
        };
        sets.AcceptExistingOnly();
        recall.SetAction(async (arguments, cancellationToken) =>
        {
            var directory = Path.Combine(Path.GetFullPath(defaults.Directory), $"session-recall-{Guid.NewGuid():N}");
            await using var server = new DatabaseServer(directory, defaults.SharedBuffers);
            await server.StartAsync(cancellationToken);
            var assembly = Path.GetFullPath(arguments.GetValue(service)!);
            await ServiceProcess.MigrateAsync(assembly, server.Connection.ConnectionString, cancellationToken);
            await using var running = await ServiceProcess.StartAsync(
                assembly, server.Connection.ConnectionString, Settings(arguments.GetValue(local)!), cancellationToken);
            var measurement = new RecallMeasurement(running.Http, arguments.GetValue(mode)!, Pause, waitsForVectors: arguments.GetValue(local) == Minilm);
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

    // Nothing else is to be done meanwhile, so the model need not rest.
    private static Dictionary<string, string> Settings(string local) => new(StringComparer.Ordinal)
    {
        ["Embeddings__Local"] = local,
        ["Embeddings__LocalShare"] = "1",
        ["Embeddings__Every"] = "00:00:00.500",
    };

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
