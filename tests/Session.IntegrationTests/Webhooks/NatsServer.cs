using System.Diagnostics;
using System.Text.Json;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>A nats-server with JetStream and a user, where one is installed. A restart keeps its port and its streams.</summary>
internal sealed class NatsServer : IAsyncDisposable
{
    public const string Password = "p4ssw0rd-of-nats";
    public const string Stream = "sessions";

    // The tests share the processors: a server that is slow is not lost.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _directory = Directory.CreateTempSubdirectory("session-nats-").FullName;
    private Process? _process;
    private string _port = "-1";

    public static string? Executable { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Append("/usr/sbin")
        .Select(directory => Path.Combine(directory, "nats-server"))
        .FirstOrDefault(File.Exists);

    public string Url => $"nats://service:{Password}@127.0.0.1:{_port}";

    public async Task StartAsync()
    {
        var start = new ProcessStartInfo(
            Executable!,
            ["--jetstream", "--store_dir", _directory, "--addr", "127.0.0.1", "--port", _port, "--user", "service", "--pass", Password])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        _process = Process.Start(start)!;
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            const string Listens = "client connections on 127.0.0.1:";
            if (line.IndexOf(Listens, StringComparison.Ordinal) is var at and >= 0)
            {
                _port = line[(at + Listens.Length)..];
            }

            if (line.Contains("Server is ready", StringComparison.Ordinal))
            {
                _ = _process.StandardError.ReadToEndAsync();
                return;
            }
        }

        throw new InvalidOperationException("nats-server did not start.");
    }

    public async Task KillAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
            _process = null;
        }
    }

    public Task MakeStreamAsync() => UseAsync(streams => streams.CreateStreamAsync(new StreamConfig(Stream, ["session-service.>"])));

    public Task DeleteStreamAsync() => UseAsync(streams => streams.DeleteStreamAsync(Stream));

    /// <summary>What the stream holds of a session, in its order.</summary>
    public Task<List<Published>> ReadAsync(string session) => UseAsync(async streams =>
    {
        var consumer = await streams.CreateOrderedConsumerAsync(Stream);
        var all = new List<Published>();
        await foreach (var message in consumer.FetchNoWaitAsync<string>(new NatsJSFetchOpts { MaxMsgs = 1_000 }))
        {
            all.Add(new Published(message.Subject, $"{message.Headers!["webhook-id"]}", $"{message.Headers["Nats-Msg-Id"]}", message.Data!));
        }

        return all.Where(one => one.Body.Contains(session.Split('/')[^1], StringComparison.Ordinal)).ToList();
    });

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<T> UseAsync<T>(Func<NatsJSContext, ValueTask<T>> use)
    {
        await using var connection = new NatsConnection(
            NatsOpts.Default with { Url = Url, ConnectTimeout = Patience, CommandTimeout = Patience, RequestTimeout = Patience });
        return await use(new NatsJSContext(connection));
    }
}

/// <summary>A message of the stream.</summary>
internal sealed record Published(string Subject, string Id, string MessageId, string Body)
{
    public long Sequence => JsonDocument.Parse(Body).RootElement.GetProperty("data").Number("sequence");
}

/// <summary>A test with NATS: skipped, and counted as such, where no nats-server is installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NatsFactAttribute : FactAttribute
{
    public NatsFactAttribute() => Skip = NatsServer.Executable is null ? "nats-server is not installed: NATS is not tested here." : null!;
}
