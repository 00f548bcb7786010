using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A copy of another PostgreSQL that follows it by streaming replication.</summary>
internal sealed class StandbyPostgres : IAsyncDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-standby-{Guid.NewGuid():N}");
    private readonly ServerAccount _account = new();
    private readonly PostgresBinaries _binaries;

    private readonly string _primary;

    private StandbyPostgres(PostgresBinaries binaries, string primary) => (_binaries, _primary) = (binaries, primary);

    public int Port { get; private set; }

    public string AdministrationString => new NpgsqlConnectionStringBuilder(_primary) { Port = Port, Pooling = false }.ConnectionString;

    private string Cluster => Path.Combine(_directory, "cluster");

    /// <summary>Copies a running server and follows it; returns when it streams.</summary>
    /// <param name="primary">A connection string of the superuser.</param>
    /// <param name="port">Where it listens; anywhere by default.</param>
    public static async Task<StandbyPostgres> FollowAsync(string primary, int? port = null)
    {
        var standby = new StandbyPostgres(await PostgresBinaries.FindAsync(clusterVersion: null), primary);
        DataDirectory.Create(standby._directory);
        await standby._account.OwnAsync(standby._directory, CancellationToken.None);
        var server = new NpgsqlConnectionStringBuilder(primary);
        await standby.RunAsync(
            standby.Program("pg_basebackup"),
            "--dbname", $"host={server.Host} port={server.Port} user={server.Username} password={server.Password} application_name=standby",
            "--pgdata", standby.Cluster, "--write-recovery-conf", "--checkpoint=fast", "--no-sync");
        standby.Port = port ?? FreePorts.Next();
        await standby.RunAsync(
            standby._binaries.PgCtl,
            "start", "--wait", "--pgdata", standby.Cluster, "--log", Path.Combine(standby.Cluster, "standby.log"),
            "--options", $"-c port={standby.Port} -c listen_addresses={server.Host} -c unix_socket_directories= -c fsync=off -c max_connections={OwnPostgres.MaxConnections}");
        await Eventually.IsSoAsync(async () =>
            await Administration.ExecuteAsync(primary, "SELECT 1 FROM pg_stat_replication WHERE state = 'streaming'") is not null);

        return standby;
    }

    /// <summary>Makes it the primary.</summary>
    public Task PromoteAsync() => ExecuteAsync("SELECT pg_promote()");

    public void Freeze() => PostgresProcesses.Freeze(Cluster);

    public void Thaw() => PostgresProcesses.Thaw(Cluster);

    public Task ExecuteAsync(string sql) => Administration.ExecuteAsync(AdministrationString, sql);

    public async ValueTask DisposeAsync()
    {
        await RunAsync(_binaries.PgCtl, "stop", "--mode", "immediate", "--pgdata", Cluster);
        Directory.Delete(_directory, recursive: true);
    }

    // Beside the server itself, of which there may be only a link where it was found.
    private string Program(string name)
    {
        var server = File.ResolveLinkTarget(_binaries.Postgres, returnFinalTarget: true)?.FullName ?? _binaries.Postgres;
        return Path.Combine(Path.GetDirectoryName(server)!, name);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        var command = await _account.RunAsync(program, arguments, CancellationToken.None);
        Assert.True(command.Succeeded, command.LastLine);
    }
}
