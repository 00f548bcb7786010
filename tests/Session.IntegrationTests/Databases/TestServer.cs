using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using Testcontainers.PostgreSql;

namespace SessionService.IntegrationTests.Databases;

/// <summary>A server on which databases are made, and dropped when it is disposed.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private const string Image = "postgres:17.6-alpine";

    private readonly ConcurrentBag<string> _databases = [];
    private readonly string _connectionString;
    private readonly NpgsqlDataSource _administration;
    private readonly IAsyncDisposable? _process;

    // CREATE DATABASE fails while another one copies the same template.
    private readonly SemaphoreSlim _creating = new(1);

    private TestServer(string description, string connectionString, IAsyncDisposable? process)
    {
        Description = description;
        _connectionString = connectionString;
        _process = process;
        _administration = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 1 });
    }

    // The tests look at whole statements of the service, in pg_stat_activity.
    private const string StatementBytes = "16384";

    public string Description { get; }

    public static async Task<TestServer> StartAsync()
    {
        // What was asked for by name is used or fails: never silently another server.
        if (Environment.GetEnvironmentVariable("SESSION_TEST_DB") is { Length: > 0 } given)
        {
            var server = new NpgsqlConnectionStringBuilder(given);
            return new TestServer($"SESSION_TEST_DB ({server.Host}:{server.Port})", given, process: null);
        }

        if (await ContainerEngine.AnswersAsync())
        {
            try
            {
                return await StartContainerAsync();
            }
            catch (Exception exception)
            {
                await Console.Error.WriteLineAsync($"A container engine answers but starts no {Image}: {exception.Message}");
            }
        }

        return await StartEmbeddedAsync();
    }

    private static async Task<TestServer> StartContainerAsync()
    {
        // fsync and its like are off already.
        var container = new PostgreSqlBuilder(Image).WithCommand("-c", "max_connections=300", "-c", $"track_activity_query_size={StatementBytes}").Build();
        try
        {
            await container.StartAsync();
        }
        catch
        {
            await container.DisposeAsync();
            throw;
        }

        return new TestServer($"Testcontainers ({Image})", container.GetConnectionString(), container);
    }

    private static async Task<TestServer> StartEmbeddedAsync()
    {
        var directory = Path.Combine(Path.GetTempPath(), $"session-tests-{Guid.NewGuid():N}");
        var postgres = new EmbeddedPostgresServer(
            new EmbeddedPostgresOptions { DataDirectory = directory },
            NullLogger<EmbeddedPostgresServer>.Instance,
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["fsync"] = "off",
                ["max_connections"] = "300",
                ["track_activity_query_size"] = StatementBytes,
            });
        await postgres.StartAsync(CancellationToken.None);
        return new TestServer("embedded PostgreSQL", postgres.ConnectionString, new EmbeddedProcess(postgres, directory));
    }

    public async Task<string> CreateDatabaseAsync(string template)
    {
        var name = $"session_test_{Environment.ProcessId}_{Guid.NewGuid():N}";
        await _creating.WaitAsync();
        try
        {
            await ExecuteAsync($"CREATE DATABASE {name} TEMPLATE {template}");
        }
        finally
        {
            _creating.Release();
        }

        _databases.Add(name);

        // Many databases share the server's connections.
        var database = new NpgsqlConnectionStringBuilder(_connectionString) { Database = name, MaxPoolSize = 10, IncludeErrorDetail = true };
        return database.ConnectionString;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            foreach (var database in _databases)
            {
                await ExecuteAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
            }
        }

        await _administration.DisposeAsync();
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _administration.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class EmbeddedProcess(EmbeddedPostgresServer postgres, string directory) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await postgres.DisposeAsync();
            Directory.Delete(directory, recursive: true);
        }
    }
}
