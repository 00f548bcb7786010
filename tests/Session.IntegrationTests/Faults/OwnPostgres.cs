using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A PostgreSQL of a test's own, to do to it whatever can happen to one. Its processes are real.</summary>
internal sealed class OwnPostgres : IAsyncDisposable
{
    // Few enough to take all of them.
    public const int MaxConnections = 30;

    private const int KeptForSuperusers = 3;

    private const string Application = "app";

    private readonly string _directory = Path.Combine(Path.GetTempPath(), $"session-faults-{Guid.NewGuid():N}");
    private readonly EmbeddedPostgresServer _server;

    public OwnPostgres(params (string Name, string Value)[] settings)
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal) { ["fsync"] = "off", ["max_connections"] = $"{MaxConnections}" };
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        _server = new EmbeddedPostgresServer(
            new EmbeddedPostgresOptions { DataDirectory = _directory }, NullLogger<EmbeddedPostgresServer>.Instance, all);
    }

    /// <summary>The connections of a service: of a user without privileges, to a database with the tables.</summary>
    public string ConnectionString { get; private set; } = "";

    public string Cluster => Path.Combine(_directory, "cluster");

    /// <summary>Connections of the tests': of the superuser, for whom the server keeps some.</summary>
    public string AdministrationString => new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Pooling = false }.ConnectionString;

    public async Task CreateAsync()
    {
        ChoosePort(_directory);
        await _server.StartAsync(CancellationToken.None);
        await ExecuteAsync($"CREATE ROLE {Application} LOGIN PASSWORD '{Application}'");
        await ExecuteAsync($"CREATE DATABASE {Application} OWNER {Application}");
        ConnectionString = new NpgsqlConnectionStringBuilder(_server.ConnectionString)
        {
            Database = Application,
            Username = Application,
            Password = Application,
        }.ConnectionString;
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString);
        await new SchemaMigrator(dataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
    }

    /// <summary>Gives a server that has not started yet a port that nobody else gets while a test has the server stopped.</summary>
    public static void ChoosePort(string directory)
    {
        DataDirectory.Create(directory);
        (Endpoint.Create() with { Port = FreePorts.Next() }).Write(directory);
    }

    public Task StartAsync() => _server.StartAsync(CancellationToken.None);

    public Task StopAsync() => _server.StopAsync(CancellationToken.None);

    /// <summary>SIGKILL to the first process, which takes the others with it.</summary>
    public void Kill() => PostgresProcesses.Kill(PostgresProcesses.First(Cluster));

    public Task StartAgainAsync() => _server.RestartIfDeadAsync(CancellationToken.None);

    /// <summary>SIGSTOP to all processes: connections stay, and can even be made, but nobody answers.</summary>
    public void Freeze() => PostgresProcesses.Freeze(Cluster);

    public void Thaw() => PostgresProcesses.Thaw(Cluster);

    /// <summary>Ends the connections of the service's without a word to whoever waits for them to be back.</summary>
    public Task EndConnectionsAsync() =>
        ExecuteAsync($"SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{Application}'");

    /// <summary>Takes every connection there is; they are free again when what is returned is disposed.</summary>
    public async Task<IAsyncDisposable> TakeAllConnectionsAsync()
    {
        // The superuser's is one of them.
        var taken = new TakenConnections();
        var administration = new NpgsqlConnection(AdministrationString);
        taken.Add(administration);
        await administration.OpenAsync();
        var own = new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false, ApplicationName = "taken" }.ConnectionString;
        await using var end = new NpgsqlCommand(
            $"""
            SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE usename = '{Application}' AND application_name <> 'taken'
            """,
            administration);
        while (taken.Count < MaxConnections - KeptForSuperusers)
        {
            var connection = new NpgsqlConnection(own);
            try
            {
                await connection.OpenAsync();
                taken.Add(connection);
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.TooManyConnections)
            {
                await connection.DisposeAsync();
                await end.ExecuteNonQueryAsync();
            }
        }

        return taken;
    }

    public Task ExecuteAsync(string sql) => Administration.ExecuteAsync(AdministrationString, sql);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    private sealed class TakenConnections : IAsyncDisposable
    {
        private readonly List<NpgsqlConnection> _connections = [];

        public int Count => _connections.Count;

        public void Add(NpgsqlConnection connection) => _connections.Add(connection);

        public async ValueTask DisposeAsync()
        {
            foreach (var connection in _connections)
            {
                await connection.DisposeAsync();
            }
        }
    }
}
