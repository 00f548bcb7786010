using Spectre.Console;

namespace SessionService.Api.Commands;

/// <summary>Shows a command's progress in a terminal, on standard error. Standard output is for the command's result.</summary>
internal static class CommandProgress
{
    /// <param name="title">The name of the work.</param>
    /// <param name="total">The amount of work; <see langword="null"/> where it is not known.</param>
    /// <param name="work">The work. It reports its progress as text and as a part of the total.</param>
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
