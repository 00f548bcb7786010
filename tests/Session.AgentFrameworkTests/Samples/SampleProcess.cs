using System.Diagnostics;
using System.Reflection;

namespace SessionService.AgentFrameworkTests.Samples;

/// <summary>A sample that is run as its user runs it, in a directory of its own.</summary>
internal sealed class SampleProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("session-sample-").FullName;
    private readonly string _program;
    private readonly Dictionary<string, string> _settings;

    public SampleProcess(string name, Dictionary<string, string> settings)
    {
        _program = Path.Combine(Metadata("Samples"), name, "bin", Metadata("Configuration"), "net10.0", $"{name}.dll");
        _settings = settings;
    }

    public static string Metadata(string key) =>
        typeof(SampleProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;

    /// <summary>Forgets what the sample has kept on this machine.</summary>
    public void DeleteFiles()
    {
        foreach (var file in Directory.EnumerateFiles(_directory))
        {
            File.Delete(file);
        }
    }

    /// <summary>What the sample writes.</summary>
    public async Task<string> RunAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [_program, .. arguments])
        {
            WorkingDirectory = _directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(patience.Token), process.StandardError.ReadToEndAsync(patience.Token));
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(patience.Token);
        Assert.True(process.ExitCode == 0, await errors);
        return await output;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
