using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;

namespace SessionService.Benchmarks.Processes;

/// <summary>
/// A PostgreSQL of the benchmark's own, as durable as any unless it is compared with one that is not: only its memory and its log are given
/// more room than by default.
/// </summary>
internal sealed class DatabaseServer : IAsyncDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private readonly string _directory;
    private readonly EmbeddedPostgresServer _server;
    private int _postmaster;
    private int _restingChildren;

    public DatabaseServer(string directory, string sharedBuffers, bool isDurable = true)
    {
        _directory = directory;
        _server = new EmbeddedPostgresServer(
            new EmbeddedPostgresOptions { DataDirectory = directory },
            NullLogger<EmbeddedPostgresServer>.Instance,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["max_connections"] = "200",
                ["fsync"] = isDurable ? "on" : "off",
                ["shared_buffers"] = sharedBuffers,
                // A checkpoint in the middle would meet one side alone; there is one before each scenario.
                ["max_wal_size"] = "8GB",
                ["checkpoint_timeout"] = "60min",
            });
    }

    /// <summary>PostgreSQL's major version.</summary>
    public int Version { get; private set; }

    /// <summary>The program, beside the server's own where it is there, else wherever PATH has it.</summary>
    public string PgBench { get; private set; } = "pgbench";

    /// <summary>Seconds of processor time of all its processes so far.</summary>
    public double ProcessorSeconds => ProcessorTime.OfFamily(_postmaster);

    public NpgsqlConnectionStringBuilder Connection => new(_server.ConnectionString);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _server.StartAsync(cancellationToken);
        var binaries = await PostgresBinaries.FindAsync(clusterVersion: null, cancellationToken: cancellationToken);
        Version = binaries.MajorVersion;
        var beside = Path.Combine(binaries.Directory, PgBench);
        PgBench = File.Exists(beside) ? beside : PgBench;
        var pidFile = await File.ReadAllLinesAsync(Path.Combine(_directory, "cluster", "postmaster.pid"), cancellationToken);
        _postmaster = int.Parse(pidFile[0], CultureInfo.InvariantCulture);
    }

    public NpgsqlConnectionStringBuilder ConnectionTo(string database) => new(_server.ConnectionString) { Database = database };

    public async Task CreateDatabaseAsync(string name, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Remembers how many processes there are while nothing is measured.</summary>
    public void Rest() => _restingChildren = ProcessorTime.CountChildren(_postmaster);

    /// <summary>Waits for the processes of closed connections to end, so that what they use counts where it belongs.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // Not for ever: the service opens connections as it needs them, and autovacuum comes and goes.
        for (var waited = TimeSpan.Zero; waited < LongestWait && ProcessorTime.CountChildren(_postmaster) > _restingChildren; waited += PollInterval)
        {
            await Task.Delay(PollInterval, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }
}
