using System.CommandLine;
using SessionService.Benchmarks.Processes;
using Spectre.Console;

namespace SessionService.Benchmarks.Recall;

/// <summary><c>recall FILE …</c>: how well search finds the turns that answer a question.</summary>
internal static class RecallCommand
{
    public static Command Create(BenchmarkOptions defaults)
    {
        var files = new Argument<FileInfo[]>("files") { Description = "Conversations in the form of LoCoMo, a JSON file each.", Arity = ArgumentArity.OneOrMore };
        var service = new Option<string>("--service") { Description = "The service's assembly (Session.Api.dll).", DefaultValueFactory = _ => defaults.Service };
        var recall = new Command("recall", "Loads conversations through the service's HTTP API, asks their questions, and prints recall and mean reciprocal rank.")
        {
            Arguments = { files },
            Options = { service },
        };
        files.AcceptExistingOnly();
        recall.SetAction(async (arguments, cancellationToken) =>
        {
            var directory = Path.Combine(Path.GetFullPath(defaults.Directory), $"session-recall-{Guid.NewGuid():N}");
            await using var server = new DatabaseServer(directory, defaults.SharedBuffers);
            await server.StartAsync(cancellationToken);
            await using var running = await ServiceProcess.StartAsync(
                Path.GetFullPath(arguments.GetValue(service)!), server.Connection.ConnectionString, new Dictionary<string, string>(StringComparer.Ordinal), cancellationToken);
            var measurement = new RecallMeasurement(running.Http);
            var recalled = new List<Recalled>();
            foreach (var file in arguments.GetValue(files)!)
            {
                recalled.AddRange(await measurement.RunAsync(Conversation.Parse(await File.ReadAllTextAsync(file.FullName, cancellationToken)), cancellationToken));
            }

            Print(recalled);
            return 0;
        });
        return recall;
    }

    private static void Print(List<Recalled> recalled)
    {
        var table = new Table().AddColumn("category", column => column.NoWrap()).AddColumn("questions");
        table.AddColumns([.. Recalled.Depths.Select(depth => $"recall@{depth}"), "MRR"]);
        AddRow("all", recalled);
        foreach (var category in recalled.GroupBy(one => one.Category, StringComparer.Ordinal).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            AddRow(category.Key, [.. category]);
        }

        AnsiConsole.Write(table);
        var times = recalled.Select(one => one.Time.TotalMilliseconds).Order().ToList();
        AnsiConsole.WriteLine($"A question took {times[times.Count / 2]:F1} ms (median), {times[times.Count * 95 / 100]:F1} ms (p95).");

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
