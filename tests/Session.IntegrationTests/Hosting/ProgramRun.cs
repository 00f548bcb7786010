using System.Diagnostics;
using SessionService.IntegrationTests.Gateway;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>A program that is run to its end, as an operator does.</summary>
internal sealed record ProgramRun(int ExitCode, string Output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static Task<ProgramRun> OfServiceAsync(IEnumerable<(string Name, string Value)> settings, params string[] arguments) =>
        RunAsync(typeof(Program).Assembly.Location, settings, arguments);

    public static Task<ProgramRun> OfGatewayAsync(IEnumerable<(string Name, string Value)> settings, params string[] arguments) =>
        RunAsync(GatewayProcess.FileOf("Gateway"), settings, arguments);

    /// <summary>The start failed, and the last line says why; there are at most four, those of the log among them.</summary>
    public void FailsToStart(params string[] says)
    {
        Assert.True(ExitCode == 1, $"{ExitCode}: {Output}");
        var lines = Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.True(lines.Length <= 4, Output);
        Assert.All(says, words => Assert.Contains(words, lines[^1], StringComparison.Ordinal));
        string[] traces = ["   at ", "Unhandled exception", "BackgroundService", "Exception:"];
        Assert.All(traces, trace => Assert.DoesNotContain(trace, Output, StringComparison.Ordinal));
    }

    private static async Task<ProgramRun> RunAsync(
        string program, IEnumerable<(string Name, string Value)> settings, string[] arguments)
    {
        using var timeout = new CancellationTokenSource(Patience);
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["ConnectionStrings__SessionDb"] = "", ["ASPNETCORE_ENVIRONMENT"] = "Production" },
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
            var error = process.StandardError.ReadToEndAsync(timeout.Token);
            await process.WaitForExitAsync(timeout.Token);
            return new ProgramRun(process.ExitCode, await output + await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
