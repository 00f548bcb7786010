using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>A gateway that runs: ours, or nginx with the file that we hand out.</summary>
internal sealed class GatewayProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _output = new();
    private readonly string? _directory;

    private GatewayProcess(ProcessStartInfo start, string? directory)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        _directory = directory;
        _process = new Process { StartInfo = start };
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public string Output => string.Join('\n', _output);

    public static string FileOf(string metadata) =>
        typeof(GatewayProcess).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == metadata).Value!;

    /// <summary>Ours, in front of these services, with settings besides.</summary>
    public static async Task<GatewayProcess> StartAsync(Uri? sessions, Uri? users, params (string Name, string Value)[] settings)
    {
        var gateway = new GatewayProcess(CreateStart(["--urls", "http://127.0.0.1:0"]), directory: null);
        var environment = gateway._process.StartInfo.Environment;
        AddDestination("sessions", sessions);
        AddDestination("users", users);
        foreach (var (name, value) in settings)
        {
            environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        const string Listens = "Now listening on: ";
        var line = await gateway.StartAsync(line => line.Contains(Listens, StringComparison.Ordinal));
        gateway.Address = new Uri(line[(line.IndexOf(Listens, StringComparison.Ordinal) + Listens.Length)..]);
        return gateway;

        void AddDestination(string cluster, Uri? address)
        {
            if (address is not null)
            {
                environment[$"ReverseProxy__Clusters__{cluster}__Destinations__{cluster}__Address"] = address.ToString();
            }
        }
    }

    /// <summary>Ours, where it is not expected to start.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        await using var gateway = new GatewayProcess(CreateStart(arguments), directory: null);
        gateway.Begin(_ => { });
        await gateway.ExitAsync();
        return (gateway._process.ExitCode, gateway.Output);
    }

    /// <summary>nginx with deploy/gateway/nginx.conf, in which addresses and what else a test wants are replaced.</summary>
    public static async Task<GatewayProcess> StartNginxAsync(Uri sessions, Uri users, params (string Old, string New)[] replacements)
    {
        for (var attempt = 1; ; attempt++)
        {
            // nginx cannot be asked which port it chose, and somebody may take the one chosen for it.
            var port = FreePorts.Next();
            try
            {
                return await StartNginxAsync(sessions, users, port, replacements);
            }
            catch (InvalidOperationException exception)
                when (attempt < 5 && exception.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
            }
        }
    }

    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString()]);
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        if (_directory is not null)
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private static ProcessStartInfo CreateStart(string[] arguments) => new("dotnet", [FileOf("Gateway"), .. arguments])
    {
        Environment = { ["ASPNETCORE_ENVIRONMENT"] = "Production" },
    };

    private static async Task<GatewayProcess> StartNginxAsync(Uri sessions, Uri users, int port, (string Old, string New)[] replacements)
    {
        var directory = Directory.CreateTempSubdirectory("session-nginx-").FullName;
        var site = await File.ReadAllTextAsync(Path.Combine(FileOf("GatewayFiles"), "nginx.conf"));
        await File.WriteAllTextAsync(Path.Combine(directory, "site.conf"), Replace(
            site,
            [
                ("listen 8000;", $"listen 127.0.0.1:{port};"),
                ("server 127.0.0.1:8205;", $"server {sessions.Authority};"),
                ("server 127.0.0.1:8201;", $"server {users.Authority};"),
                .. replacements,
            ]));
        var main = Path.Combine(directory, "nginx.conf");
        await File.WriteAllTextAsync(
            main,
            $$"""
            daemon off;
            master_process off;
            pid {{directory}}/pid;
            error_log stderr notice;
            events {}
            http {
                access_log off;
                client_body_temp_path {{directory}}/body;
                proxy_temp_path {{directory}}/proxy;
                fastcgi_temp_path {{directory}}/fastcgi;
                uwsgi_temp_path {{directory}}/uwsgi;
                scgi_temp_path {{directory}}/scgi;
                include {{directory}}/site.conf;
            }
            """);
        var nginx = new GatewayProcess(new ProcessStartInfo(Nginx.Path!, ["-c", main, "-e", "stderr"]), directory)
        {
            Address = new Uri($"http://127.0.0.1:{port}"),
        };

        // Said when the ports are open.
        await nginx.StartAsync(line => line.Contains("[notice]", StringComparison.Ordinal) && line.Contains("OS:", StringComparison.Ordinal));
        return nginx;
    }

    private static string Replace(string text, params (string Old, string New)[] replacements)
    {
        foreach (var (old, replacement) in replacements)
        {
            Assert.Contains(old, text, StringComparison.Ordinal);
            text = text.Replace(old, replacement, StringComparison.Ordinal);
        }

        return text;
    }

    /// <summary>Starts the process and waits for the line that says that it serves.</summary>
    private async Task<string> StartAsync(Func<string, bool> isReady)
    {
        var ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Begin(line =>
        {
            if (isReady(line))
            {
                ready.TrySetResult(line);
            }
        });
        if (await Task.WhenAny(ready.Task, ExitAsync()) == ready.Task)
        {
            return await ready.Task;
        }

        var output = Output;
        await DisposeAsync();
        throw new InvalidOperationException($"The gateway did not start: {output}");
    }

    private void Begin(Action<string> onLine)
    {
        _process.OutputDataReceived += Receive;
        _process.ErrorDataReceived += Receive;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();

        void Receive(object sender, DataReceivedEventArgs line)
        {
            if (line.Data is { } text)
            {
                _output.Enqueue(text);
                onLine(text);
            }
        }
    }

    private async Task<int> ExitAsync()
    {
        using var timeout = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }
}
