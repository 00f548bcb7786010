using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Client;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.ClientTests.Hosting;

/// <summary>The service with a database of its own, as a process that a test may kill.</summary>
public class ServiceProcess : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-client-{Guid.NewGuid():N}");
    private readonly ConcurrentQueue<string> _output = new();
    private Process? _process;

    /// <summary>Another one after each start: while the service is down, anybody may take its port.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1");

    protected virtual IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();

    public static string Metadata(string key) =>
        typeof(ServiceProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == key).Value!;

    /// <summary>A client of a user that no other test has.</summary>
    public SessionServiceClient Client(Action<SessionServiceOptions>? configure = null, Action<IHttpClientBuilder>? http = null) =>
        Clients.Of(
            options =>
            {
                options.Address = Address;
                options.UserId = $"user-{Guid.NewGuid():N}";
                configure?.Invoke(options);
            },
            http);

    public async Task InitializeAsync() => await StartAsync();

    public async Task StartAsync()
    {
        Address = new Uri($"http://127.0.0.1:{FreePorts.Next()}");
        var start = StartInfo("--urls", Address.ToString());
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address };
        using var patience = new CancellationTokenSource(Patience);
        while (!await IsReadyAsync(http, patience.Token))
        {
            if (_process.HasExited)
            {
                // Waits for the last of the output too.
                await _process.WaitForExitAsync(patience.Token);
                Assert.Fail($"The service has exited with {_process.ExitCode}: {string.Join(Environment.NewLine, _output)}");
            }

            await Task.Delay(PollInterval, patience.Token);
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

    public async Task DisposeAsync()
    {
        if (_process is not null)
        {
            using var stop = Process.Start("kill", [_process.Id.ToString(CultureInfo.InvariantCulture)]);
            using var patience = new CancellationTokenSource(Patience);
            await _process.WaitForExitAsync(patience.Token);
            _process.Dispose();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    /// <summary>A command of the service's program, with the database of this service.</summary>
    protected ProcessStartInfo StartInfo(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Metadata("Service"), .. arguments])
        {
            Environment =
            {
                ["ConnectionStrings__SessionDb"] = "",
                ["EmbeddedPostgres__DataDirectory"] = _directory,
                ["ASPNETCORE_ENVIRONMENT"] = "Production",
                ["Logging__LogLevel__Default"] = "Warning",
                // The tests share the processors: a database that is slow is not lost.
                ["Pulse__Patience"] = "00:00:10",
                ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
            },
        };
        foreach (var (name, value) in Settings)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await http.GetAsync("/health/ready", cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
