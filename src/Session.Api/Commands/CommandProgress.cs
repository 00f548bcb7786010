using Spectre.Console;

namespace SessionService.Api.Commands;

/// <summary>Shows on a terminal how far a command is; the standard output is for what it makes.</summary>
internal static class CommandProgress
{
    /// <param name="title">What is being done.</param>
    /// <param name="total">How much there is to do, where that is known.</param>
    /// <param name="work">Tells, as it goes, of what is done in words and as a part of the total.</param>
    public static async Task RunAsync(string title, long? total, Func<Action<string, long>, Task> work)
    {
        if (Console.IsErrorRedirected)
        {
            await work((_, _) => { });
            return;
        }

        var terminal = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        await terminal.Progress().StartAsync(async progress =>
        {
            var task = progress.AddTask(title, maxValue: Math.Max(1, total ?? 1));
            task.IsIndeterminate = total is null;
            await work((text, done) =>
            {
                task.Description = $"{title}: {text}";
                task.Value = done;
            });
            task.Value = task.MaxValue;
        });
    }
}
