using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.EmbeddedPostgres;

public sealed class EmbeddedPostgresServerTests(EmbeddedPostgresServerTests.Template template)
    : IClassFixture<EmbeddedPostgresServerTests.Template>, IAsyncLifetime
{
    private static readonly Dictionary<string, string> Fast = new(StringComparer.Ordinal)
    {
        ["fsync"] = "off",
        ["max_connections"] = "10",
        ["shared_buffers"] = "8MB",
    };

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-embedded-{Guid.NewGuid():N}");
    private readonly List<EmbeddedPostgresServer> _servers = [];

    private string PidFile => Path.Combine(_directory, "cluster", "postmaster.pid");

    private int PostmasterPid => int.Parse(File.ReadLines(PidFile).First(), CultureInfo.InvariantCulture);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public void ConnectionString_before_start_is_an_error()
    {
        Assert.Throws<InvalidOperationException>(() => Server().ConnectionString);
    }

    [Fact]
    public async Task A_second_run_has_the_data_the_port_and_the_password_of_the_first()
    {
        var first = await StartAsync();
        var connectionString = first.ConnectionString;
        await ExecuteAsync(first, "CREATE TABLE kept AS SELECT 42 AS value");
        await first.StopAsync(default);

        var second = await StartAsync();

        Assert.Equal(connectionString, second.ConnectionString);
        Assert.Equal(42, await ExecuteAsync(second, "SELECT value FROM kept"));
    }

    [Fact]
    public async Task The_database_is_named_session_speaks_UTF8_and_knows_the_case_of_all_letters()
    {
        var server = await StartAsync();

        Assert.Equal("session", await ExecuteAsync(server, "SELECT current_database()::text"));
        Assert.Equal("UTF8", await ExecuteAsync(server, "SELECT current_setting('server_encoding')"));
        Assert.Equal("żółw", await ExecuteAsync(server, "SELECT lower('ŻÓŁW')"));
    }

    [Fact]
    public async Task Only_loopback_is_listened_on_and_a_wrong_password_is_refused()
    {
        var server = await StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };

        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());

        Assert.Equal(PostgresErrorCodes.InvalidPassword, refusal.SqlState);
        Assert.Equal("127.0.0.1", await ExecuteAsync(server, "SELECT current_setting('listen_addresses')"));
    }

    [Fact]
    public async Task The_password_is_readable_by_its_owner_alone()
    {
        await StartAsync();

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite,
                File.GetUnixFileMode(Path.Combine(_directory, "endpoint.json")));
        }
    }

    [Fact]
    public async Task A_second_server_on_the_same_directory_is_refused_and_leaves_the_first_alone()
    {
        var first = await StartAsync();

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync());

        Assert.StartsWith("Another process runs the embedded PostgreSQL in " + _directory, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(1, await ExecuteAsync(first, "SELECT 1"));
    }

    [Fact]
    public async Task A_killed_postmaster_is_followed_by_a_start_that_recovers_what_was_committed()
    {
        var killed = await StartAsync();
        await ExecuteAsync(killed, "CREATE TABLE kept AS SELECT 42 AS value");
        using (var postmaster = Process.GetProcessById(PostmasterPid))
        {
            postmaster.Kill();
        }

        await killed.StopAsync(default);
        Assert.True(File.Exists(PidFile));
        var recovered = await StartAsync();

        Assert.Equal(42, await ExecuteAsync(recovered, "SELECT value FROM kept"));
    }

    [Fact]
    public async Task A_postmaster_that_died_under_the_service_is_started_again_where_it_was()
    {
        var server = await StartAsync();
        await ExecuteAsync(server, "CREATE TABLE kept AS SELECT 42 AS value");
        var address = server.ConnectionString;
        using (var postmaster = Process.GetProcessById(PostmasterPid))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync();
        }

        await server.RestartIfDeadAsync(default);
        var restarted = PostmasterPid;
        await server.RestartIfDeadAsync(default);

        Assert.Equal(address, server.ConnectionString);
        Assert.Equal(restarted, PostmasterPid);
        Assert.Equal(42, await ExecuteAsync(server, "SELECT value FROM kept"));
    }

    [Fact]
    public async Task A_server_that_died_comes_back_on_its_port_when_that_is_free_a_moment_later()
    {
        var server = await StartAsync();
        var address = server.ConnectionString;
        PostgresProcesses.Kill(PostmasterPid);
        using var holder = new TcpListener(IPAddress.Loopback, PortOf(server));
        // A process that the server had just begun may have the port for a moment longer.
        await Eventually.IsSoAsync(() => Task.FromResult(TryStart(holder)));
        var restart = server.RestartIfDeadAsync(default);
        await Task.Delay(TimeSpan.FromMilliseconds(300));
        Assert.False(restart.IsCompleted);

        holder.Stop();
        await restart;

        Assert.Equal(address, server.ConnectionString);
        Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task A_postmaster_that_outlived_its_service_is_replaced()
    {
        var abandoned = await StartAsync();
        await ExecuteAsync(abandoned, "CREATE TABLE kept AS SELECT 42 AS value");
        var orphan = PostmasterPid;
        // The lock of a process that was killed is nobody's.
        File.Delete(Path.Combine(_directory, "lock"));

        var server = await StartAsync();

        Assert.NotEqual(orphan, PostmasterPid);
        Assert.Equal(42, await ExecuteAsync(server, "SELECT value FROM kept"));
    }

    [Fact]
    public async Task A_stale_pid_file_whose_number_another_program_has_by_now_does_not_hurt_that_program()
    {
        await (await StartAsync()).StopAsync(default);
        using var bystander = Process.Start("sleep", "600");
        try
        {
            await File.WriteAllTextAsync(PidFile, $"{bystander.Id}\n{_directory}/cluster\n1700000000\n5432\n\n127.0.0.1\n");

            var server = await StartAsync();

            Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
            Assert.False(bystander.HasExited);
        }
        finally
        {
            bystander.Kill();
        }
    }

    [Fact]
    public async Task An_empty_pid_file_does_not_keep_the_server_from_starting()
    {
        await (await StartAsync()).StopAsync(default);
        await File.WriteAllTextAsync(PidFile, "");

        var server = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task A_port_that_another_program_took_is_replaced_for_good()
    {
        var first = await StartAsync();
        var port = PortOf(first);
        await first.StopAsync(default);
        int otherPort;
        using (var other = new TcpListener(IPAddress.Loopback, port))
        {
            other.Start();
            var moved = await StartAsync();
            otherPort = PortOf(moved);
            await moved.StopAsync(default);
        }

        var last = await StartAsync();

        Assert.NotEqual(port, otherPort);
        Assert.Equal(otherPort, PortOf(last));
        Assert.Equal(1, await ExecuteAsync(last, "SELECT 1"));
    }

    [Fact]
    public async Task An_interrupted_first_start_leaves_nothing_that_the_next_one_trips_over()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "cluster.new", "cluster", "base"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "cluster.new", "cluster", "PG_VERSION"), "15");

        var server = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
        Assert.False(Directory.Exists(Path.Combine(_directory, "cluster.new")));
    }

    [Fact]
    public async Task A_cancelled_start_can_be_repeated()
    {
        var server = Server();
        using var cancelled = new CancellationTokenSource();
        var start = server.StartAsync(cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start);

        await server.StartAsync(default);

        Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task A_start_cancelled_when_PostgreSQL_is_launched_can_be_repeated()
    {
        using var cancelled = new CancellationTokenSource();
        var server = Server(logger: new CancellingLogger(cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => server.StartAsync(cancelled.Token));
        Assert.True(Directory.Exists(Path.Combine(_directory, "cluster")));

        var repeated = await StartAsync();

        Assert.Equal(1, await ExecuteAsync(repeated, "SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_without_its_password_file_is_refused_in_one_line()
    {
        await (await StartAsync()).StopAsync(default);
        File.Delete(Path.Combine(_directory, "endpoint.json"));

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync());

        Assert.StartsWith("The password of the embedded database is lost", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task A_cluster_of_a_version_that_is_not_installed_is_refused_in_one_line()
    {
        Directory.CreateDirectory(Path.Combine(_directory, "cluster"));
        await File.WriteAllTextAsync(Path.Combine(_directory, "cluster", "PG_VERSION"), "9\n");

        var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => StartAsync());

        Assert.StartsWith("The embedded database was made by PostgreSQL 9, but version ", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public async Task A_server_that_does_not_start_says_what_PostgreSQL_said()
    {
        var failure = await Assert.ThrowsAsync<EmbeddedPostgresException>(
            () => StartAsync(new(Fast, StringComparer.Ordinal) { ["max_connections"] = "none" }));

        Assert.Contains("max_connections", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public async Task A_directory_that_cannot_be_made_is_refused_in_one_line()
    {
        await File.WriteAllTextAsync(_directory, "");
        try
        {
            var server = Server(directory: Path.Combine(_directory, "below-a-file"));

            var refusal = await Assert.ThrowsAsync<EmbeddedPostgresException>(() => server.StartAsync(default));

            Assert.Contains("cannot hold the embedded PostgreSQL", refusal.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(_directory);
        }
    }

    private static bool TryStart(TcpListener listener)
    {
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    private static int PortOf(EmbeddedPostgresServer server) => new NpgsqlConnectionStringBuilder(server.ConnectionString).Port;

    private static async Task<object?> ExecuteAsync(EmbeddedPostgresServer server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private EmbeddedPostgresServer Server(
        Dictionary<string, string>? settings = null,
        string? directory = null,
        ILogger<EmbeddedPostgresServer>? logger = null)
    {
        var server = new EmbeddedPostgresServer(
            new EmbeddedPostgresOptions { DataDirectory = directory ?? _directory },
            logger ?? NullLogger<EmbeddedPostgresServer>.Instance,
            settings ?? Fast);
        // The last is stopped first.
        _servers.Insert(0, server);
        return server;
    }

    /// <summary>Starts a server on a copy of the template, unless the test has a directory already.</summary>
    private async Task<EmbeddedPostgresServer> StartAsync(Dictionary<string, string>? settings = null)
    {
        if (!Directory.Exists(_directory))
        {
            await template.CopyToAsync(_directory);
        }

        var server = Server(settings);
        await server.StartAsync(default);
        return server;
    }

    /// <summary>Cancels at the first message, which tells that a cluster was made.</summary>
    private sealed class CancellingLogger(CancellationTokenSource source) : ILogger<EmbeddedPostgresServer>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter) => source.Cancel();
    }

    /// <summary>A cluster that was started and stopped once: copying it takes a tenth of the time of making one.</summary>
    public sealed class Template : IAsyncLifetime
    {
        private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-embedded-{Guid.NewGuid():N}");

        public async Task InitializeAsync()
        {
            await using var server = new EmbeddedPostgresServer(
                new EmbeddedPostgresOptions { DataDirectory = _directory },
                NullLogger<EmbeddedPostgresServer>.Instance,
                Fast);
            OwnPostgres.ChoosePort(_directory);
            await server.StartAsync(default);
        }

        public Task DisposeAsync()
        {
            Directory.Delete(_directory, recursive: true);
            return Task.CompletedTask;
        }

        public async Task CopyToAsync(string directory)
        {
            using var copy = Process.Start("cp", ["-a", _directory, directory]);
            await copy.WaitForExitAsync();
            Assert.Equal(0, copy.ExitCode);
        }
    }
}
