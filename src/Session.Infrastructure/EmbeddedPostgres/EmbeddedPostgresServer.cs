using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace SessionService.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL cluster of the service's own. In the data directory stand <c>cluster</c> (PostgreSQL's files),
/// <c>endpoint.json</c> (port and password) and <c>lock</c> (held by the process that runs it).
/// </summary>
public sealed partial class EmbeddedPostgresServer : IAsyncDisposable
{
    private const string Name = "session";
    private const int LockIsHeldOnLinux = 11;
    private const int LockIsHeldOnMac = 35;

    // The token decides how long a start may take: recovery after a crash can need minutes.
    private const string StartTimeoutSeconds = "86400";
    private const string StopTimeoutSeconds = "60";
    private static readonly TimeSpan OrphansTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OrphansPollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan HeldPortTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeldPortPollInterval = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan OtherStartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OtherStartPollInterval = TimeSpan.FromMilliseconds(200);

    private readonly ILogger<EmbeddedPostgresServer> _logger;
    private readonly ServerParameters _parameters;
    private readonly string _directory;
    private readonly string _cluster;
    private readonly string _serverLog;

    private FileStream? _lock;
    private Running? _running;
    private Endpoint? _joined;

    /// <param name="options">Where the cluster is.</param>
    /// <param name="logger">Told about starts, stops and recoveries; PostgreSQL's own log is <c>cluster/server.log</c>.</param>
    /// <param name="settings">PostgreSQL parameters for this run, by name.</param>
    public EmbeddedPostgresServer(
        EmbeddedPostgresOptions options,
        ILogger<EmbeddedPostgresServer> logger,
        IReadOnlyDictionary<string, string>? settings = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
        _parameters = new ServerParameters(settings ?? new Dictionary<string, string>(StringComparer.Ordinal));
        _directory = Path.GetFullPath(options.DataDirectory);
        _cluster = Path.Combine(_directory, "cluster");
        _serverLog = Path.Combine(_cluster, "server.log");
    }

    /// <summary>Host, port, database, user and password.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    public string ConnectionString => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = Reached.Port,
        Database = Name,
        Username = Name,
        Password = Reached.Password,
    }.ConnectionString;

    private Running Started => _running ?? throw new InvalidOperationException("The embedded PostgreSQL is not running.");

    private Endpoint Reached => _joined ?? Started.Endpoint;

    /// <summary>
    /// Uses the server that another process runs in the directory, or starts the server where none runs. The way to it is in a file that
    /// only the user of that process can read. A server of another process goes on when this one is disposed of.
    /// </summary>
    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says what to do.</exception>
    public async Task StartOrJoinAsync(CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                await StartAsync(cancellationToken);
                return;
            }
            catch (EmbeddedPostgresException exception) when (exception.InnerException is IOException held && IsLockHeld(held))
            {
                if (await TryJoinAsync(cancellationToken))
                {
                    return;
                }

                if (elapsed.Elapsed > OtherStartTimeout)
                {
                    throw;
                }
            }

            // The other process has not started its server yet, or is stopping it.
            await Task.Delay(OtherStartPollInterval, cancellationToken);
        }
    }

    /// <exception cref="EmbeddedPostgresException">It cannot start; the message says what to do.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_lock is not null)
        {
            throw new InvalidOperationException("The embedded PostgreSQL is running already.");
        }

        if (OperatingSystem.IsWindows())
        {
            throw new EmbeddedPostgresException("The embedded PostgreSQL does not run on Windows: set ConnectionStrings__SessionDb.");
        }

        try
        {
            var elapsed = Stopwatch.StartNew();
            DataDirectory.Create(_directory);
            _lock = TakeLock();

            var account = new ServerAccount();
            await account.RequireAccessAsync(_directory, cancellationToken);
            var binaries = await PostgresBinaries.FindAsync(ClusterVersion(), cancellationToken: cancellationToken);
            var endpoint = Endpoint.Read(_directory) ?? CreateEndpoint();
            _running = new Running(account, binaries, endpoint);

            if (Directory.Exists(_cluster))
            {
                await account.OwnAsync(_cluster, cancellationToken);
                await EndPreviousRunAsync(cancellationToken);
            }
            else
            {
                await new NewCluster(_directory, _parameters, account, binaries)
                    .CreateAsync(_cluster, Name, endpoint.Password, cancellationToken);
                LogInitialized(binaries.MajorVersion, _cluster);
            }

            await StartPostmasterAsync(cancellationToken);
            LogStarted(binaries.MajorVersion, _cluster, Started.Endpoint.Port, elapsed.ElapsedMilliseconds);
        }
        catch (Exception exception)
        {
            // A start cancelled halfway may leave a postmaster behind.
            await DisposeAsync();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new EmbeddedPostgresException(
                    $"{_directory} cannot hold the embedded PostgreSQL: {DataDirectory.Explain(_directory, exception)} "
                    + "Set EmbeddedPostgres__DataDirectory to a directory that this user can write, or ConnectionStrings__SessionDb to a "
                    + "database.",
                    exception);
            }

            throw;
        }
    }

    /// <summary>Starts the server again, on the same port, if the server has died since it was started.</summary>
    /// <exception cref="EmbeddedPostgresException">
    /// The server cannot start; the message says what to do. Another program may have taken the port: the caller tries again later.
    /// </exception>
    public async Task RestartIfDeadAsync(CancellationToken cancellationToken)
    {
        if (_running is null || await Postmaster.FindAsync(_cluster, cancellationToken) is { IsOurs: true })
        {
            return;
        }

        LogDied(_cluster);
        await EndPreviousRunAsync(cancellationToken);
        await WaitForPortAsync(cancellationToken);
        await StartPostmasterAsync(cancellationToken);
    }

    /// <summary>Stops the server as soon as its connections are closed, rolling back what they had not committed.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_running is null)
        {
            return;
        }

        if (await Postmaster.FindAsync(_cluster, cancellationToken) is { IsOurs: true })
        {
            await StopPostmasterAsync(cancellationToken);
            LogStopped(_cluster);
        }

        Release();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await StopAsync(CancellationToken.None);
        }
        catch (EmbeddedPostgresException exception)
        {
            LogStopFailed(exception);
        }
        finally
        {
            Release();
        }
    }

    private void Release()
    {
        _running = null;
        _joined = null;
        _lock?.Dispose();
        _lock = null;
    }

    private FileStream TakeLock()
    {
        try
        {
            return DataDirectory.OpenPrivateFile(Path.Combine(_directory, "lock"), FileMode.OpenOrCreate);
        }
        catch (IOException exception) when (IsLockHeld(exception))
        {
            throw new EmbeddedPostgresException(
                $"Another process runs the embedded PostgreSQL in {_directory}: stop it, "
                + "or set EmbeddedPostgres__DataDirectory to another directory.",
                exception);
        }
    }

    private static bool IsLockHeld(IOException exception) => exception.HResult is LockIsHeldOnLinux or LockIsHeldOnMac;

    private async Task<bool> TryJoinAsync(CancellationToken cancellationToken)
    {
        _joined = Endpoint.Read(_directory);
        if (_joined is null)
        {
            return false;
        }

        try
        {
            await using var connection = new NpgsqlConnection(ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return true;
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            _joined = null;
            return false;
        }
    }

    private int? ClusterVersion()
    {
        var file = Path.Combine(_cluster, "PG_VERSION");
        if (!Directory.Exists(_cluster))
        {
            return null;
        }

        return File.Exists(file) && int.TryParse(File.ReadAllText(file), out var version)
            ? version
            : throw new EmbeddedPostgresException($"{_cluster} is no PostgreSQL cluster: move it away to begin with an empty database.");
    }

    private Endpoint CreateEndpoint()
    {
        if (Directory.Exists(_cluster))
        {
            throw new EmbeddedPostgresException(
                $"The password of the embedded database is lost: put {Endpoint.FileName} back into {_directory}, "
                + $"or move {_cluster} away to begin with an empty one.");
        }

        var endpoint = Endpoint.Create();
        endpoint.Write(_directory);
        return endpoint;
    }

    private async Task EndPreviousRunAsync(CancellationToken cancellationToken)
    {
        switch (await Postmaster.FindAsync(_cluster, cancellationToken))
        {
            case { IsOurs: true } orphan:
                LogTakingOver(orphan.ProcessId);
                await StopPostmasterAsync(cancellationToken);
                break;
            case { IsOurs: false } stale:
                stale.Disown();
                break;
        }
    }

    /// <summary>
    /// Waits until nobody holds the port: the connections of this process go there, and a dying postmaster closes the port last.
    /// </summary>
    private async Task WaitForPortAsync(CancellationToken cancellationToken)
    {
        var elapsed = Stopwatch.StartNew();
        while (!Started.Endpoint.IsFree())
        {
            if (elapsed.Elapsed > HeldPortTimeout)
            {
                throw new EmbeddedPostgresException(
                    $"Another program took port {Started.Endpoint.Port} of the embedded PostgreSQL: stop that program, or restart the "
                    + "service.");
            }

            await Task.Delay(HeldPortPollInterval, cancellationToken);
        }
    }

    private async Task StartPostmasterAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(_serverLog))
        {
            File.Move(_serverLog, _serverLog + ".1", overwrite: true);
        }

        var elapsed = Stopwatch.StartNew();
        while (true)
        {
            if (!Started.Endpoint.IsFree())
            {
                var taken = Started.Endpoint.Port;
                _running = Started with { Endpoint = Started.Endpoint.WithFreePort() };
                Started.Endpoint.Write(_directory);
                LogPortTaken(taken, Started.Endpoint.Port);
            }

            var parameters = _parameters.With(
                ("listen_addresses", IPAddress.Loopback.ToString()),
                ("port", $"{Started.Endpoint.Port}"),
                ("unix_socket_directories", ""),
                // Failed statements are for the service to report; the log keeps what concerns the server.
                ("log_min_messages", "log"),
                ("log_checkpoints", "off"));
            var command = await Started.Account.RunAsync(
                Started.Binaries.PgCtl,
                [
                    "start", "--wait", "--timeout", StartTimeoutSeconds, "--pgdata", _cluster, "--log", _serverLog,
                    // pg_ctl hands this one to a shell.
                    "--options", string.Join(' ', parameters.Select(ShellQuote)),
                ],
                cancellationToken);
            if (command.Succeeded)
            {
                return;
            }

            var reason = ReasonInLog() ?? command.LastLine;
            var backendsAreEnding = reason.Contains("pre-existing shared memory block", StringComparison.Ordinal);
            if (backendsAreEnding && elapsed.Elapsed < OrphansTimeout)
            {
                await Task.Delay(OrphansPollInterval, cancellationToken);
            }
            else if (Started.Endpoint.IsFree())
            {
                throw new EmbeddedPostgresException($"PostgreSQL did not start: {reason} (log: {_serverLog})");
            }
        }
    }

    private async Task StopPostmasterAsync(CancellationToken cancellationToken)
    {
        var command = await Started.Account.RunAsync(
            Started.Binaries.PgCtl,
            ["stop", "--mode", "fast", "--wait", "--timeout", StopTimeoutSeconds, "--pgdata", _cluster],
            cancellationToken);
        if (!command.Succeeded && await Postmaster.FindAsync(_cluster, cancellationToken) is { IsOurs: true } postmaster)
        {
            throw new EmbeddedPostgresException($"PostgreSQL (process {postmaster.ProcessId}) did not stop: {command.LastLine}");
        }
    }

    private string? ReasonInLog() => File.Exists(_serverLog)
        ? File.ReadLines(_serverLog).LastOrDefault(line => line.Contains("FATAL:", StringComparison.Ordinal))
        : null;

    private static string ShellQuote(string argument) => $"'{argument.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    // The line that says that the server listens follows.
    [LoggerMessage(1, LogLevel.Debug, "Made a PostgreSQL {Version} cluster in {Cluster}")]
    private partial void LogInitialized(int version, string cluster);

    [LoggerMessage(2, LogLevel.Information,
        "Embedded PostgreSQL {Version} in {Cluster} listens on port {Port}, started in {Milliseconds} ms")]
    private partial void LogStarted(int version, string cluster, int port, long milliseconds);

    [LoggerMessage(3, LogLevel.Warning, "PostgreSQL (process {ProcessId}) outlived the service that started it: restarting it")]
    private partial void LogTakingOver(int processId);

    [LoggerMessage(4, LogLevel.Warning, "Port {TakenPort} is in use by another program: the embedded PostgreSQL moves to port {Port}")]
    private partial void LogPortTaken(int takenPort, int port);

    [LoggerMessage(5, LogLevel.Warning, "Embedded PostgreSQL in {Cluster} died: starting it again")]
    private partial void LogDied(string cluster);

    [LoggerMessage(6, LogLevel.Information, "Embedded PostgreSQL in {Cluster} stopped")]
    private partial void LogStopped(string cluster);

    [LoggerMessage(7, LogLevel.Error, "Embedded PostgreSQL was not stopped; the next start will stop it")]
    private partial void LogStopFailed(Exception exception);

    private sealed record Running(ServerAccount Account, PostgresBinaries Binaries, Endpoint Endpoint);
}
