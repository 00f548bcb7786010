using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SessionService.IntegrationTests.Hosting;

/// <summary>The service as a process of its own with an embedded database, for tests that kill one or the other.</summary>
public sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-process-{Guid.NewGuid():N}");
    private readonly HttpClient _http;
    private Process? _process;

    public ServiceProcess()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}");
        _http = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    public ApiClient As(string userId) => new(_http, userId);

    /// <summary>Starts the service and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Program).Assembly.Location, "--urls", Address.ToString()])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment =
            {
                ["ConnectionStrings__SessionDb"] = "",
                ["EmbeddedPostgres__DataDirectory"] = _directory,
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["Logging__LogLevel__Default"] = "Warning",
            },
        })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        using var patience = new CancellationTokenSource(Patience);
        while (!await IsReadyAsync(patience.Token))
        {
            Assert.False(_process.HasExited, "The service has exited.");
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

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            using var stop = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token);
            _process.Dispose();
        }

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
