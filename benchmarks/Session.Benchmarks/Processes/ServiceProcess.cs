using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SessionService.Benchmarks.Processes;

/// <summary>The service, as it is run in production but for its log, which holds warnings only, and for packing.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task<string> _log;

    private ServiceProcess(Process process, int port)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _log = process.StandardOutput.ReadToEndAsync();
        Port = port;
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public int Port { get; }

    /// <summary>For single questions; load comes from a process of its own.</summary>
    public HttpClient Http { get; }

    /// <summary>Seconds of processor time so far.</summary>
    public double ProcessorSeconds => ProcessorTime.OfProcess(_process.Id);

    /// <summary>What the process has in memory.</summary>
    public long MemoryBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Makes the tables.</summary>
    public static Task MigrateAsync(string assembly, string connectionString, CancellationToken cancellationToken) =>
        RunAsync(assembly, ["schema", "migrate"], connectionString, cancellationToken);

    /// <summary>Distributes the tables over the workers of a cluster.</summary>
    public static Task DistributeAsync(string assembly, string connectionString, CancellationToken cancellationToken) =>
        RunAsync(assembly, ["schema", "distribute"], connectionString, cancellationToken);

    /// <summary>Starts the service on a database that has the tables.</summary>
    public static async Task<ServiceProcess> StartAsync(
        string assembly, string connectionString, IReadOnlyDictionary<string, string> settings, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(Environment.ProcessPath!, [assembly, "--urls", $"http://127.0.0.1:{port}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
        start.Environment["Logging__LogLevel__Default"] = "Warning";
        // Packing is measured apart: here every row is to be counted in the end.
        start.Environment["Packing__Enabled"] = "false";
        foreach (var (name, value) in settings.Append(Database(connectionString)))
        {
            start.Environment[name] = value;
        }

        var service = new ServiceProcess(Process.Start(start)!, port);
        try
        {
            await service.WaitUntilReadyAsync(cancellationToken);
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        // It keeps nothing that is not in the database, and the database is about to go.
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        Http.Dispose();
    }

    private static Task<string> RunAsync(string assembly, string[] command, string connectionString, CancellationToken cancellationToken) =>
        File.Exists(assembly)
            ? ProgramRun.RunAsync(
                Environment.ProcessPath!, [assembly, .. command], new Dictionary<string, string>([Database(connectionString)], StringComparer.Ordinal), cancellationToken)
            : throw new BenchmarkException($"{assembly} does not exist: build the service, or say where it is (--service).");

    private static KeyValuePair<string, string> Database(string connectionString) => new("ConnectionStrings__SessionDb", connectionString);

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        var waited = Stopwatch.StartNew();
        while (waited.Elapsed < StartTimeout)
        {
            if (_process.HasExited)
            {
                throw new BenchmarkException($"The service ended with exit code {_process.ExitCode}: {await _errors}{await _log}");
            }

            try
            {
                using var response = await Http.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(PollInterval, cancellationToken);
        }

        throw new BenchmarkException($"The service is not ready after {StartTimeout.TotalSeconds} s.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
