using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>The service as a process of its own with an embedded database, for tests that kill one or the other.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-process-{Guid.NewGuid():N}");
    private readonly HttpClient _http;
    private readonly (string Name, string Value)[] _settings;
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <param name="settings">Environment variables, in place of or beside the usual ones.</param>
    public ServiceProcess(params (string Name, string Value)[] settings)
    {
        _settings = settings;
        Address = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        _http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    /// <summary>What the service has written to standard output, line by line.</summary>
    public IReadOnlyList<string> Output => [.. _output];

    /// <summary>The memory that the process has at present.</summary>
    public long ResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>The most memory that the process has had.</summary>
    public long PeakResidentBytes
    {
        get
        {
            _process!.Refresh();
            return _process.PeakWorkingSet64;
        }
    }

    public ApiClient As(string userId) => new(_http, userId);

    /// <summary>Starts the service and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--urls", Address.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__SessionDb"] = "",
                ["EmbeddedPostgres__DataDirectory"] = _directory,
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["Logging__LogLevel__Default"] = "Warning",
                // The tests share the processors: a database that is slow is not lost.
                ["Pulse__Patience"] = "00:00:10",
            },
        };
        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        using var patience = new CancellationTokenSource(Patience);
        while (!await IsReadyAsync(patience.Token))
        {
            Assert.False(_process.HasExited, "The service has exited.");
            // Its start needs the processors.
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }

    /// <summary>SIGKILL: no goodbye.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    /// <summary>SIGKILL to the database's first process, which takes the others with it.</summary>
    public void KillDatabase()
    {
        var pid = int.Parse(File.ReadLines(Path.Combine(_directory, "cluster", "postmaster.pid")).First(), CultureInfo.InvariantCulture);
        using var postmaster = Process.GetProcessById(pid);
        postmaster.Kill();
    }

    /// <summary>SIGTERM: it finishes what it does, and the last of its output is there.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        var exitCode = 0;
        if (_process is not null)
        {
            using var stop = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token);
            exitCode = _process.ExitCode;
            _process.Dispose();
            _process = null;
        }

        return exitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.GetAsync("/health/ready", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
