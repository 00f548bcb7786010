using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>
/// The Citus cluster that <c>SESSION_TEST_CITUS</c> names: a connection string to its coordinator, in a database that knows the workers,
/// of a user who may create databases. The tests reach the workers under the names by which the coordinator knows them. With
/// <c>SESSION_TEST_SHARDED=true</c> the tests that are not about sharding have sharded databases too.
/// </summary>
internal static class CitusCluster
{
    public const string Variable = "SESSION_TEST_CITUS";

    public static string? ConnectionString => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } given ? given : null;

    /// <summary>Whether all tests of the service use sharded databases.</summary>
    public static bool IsForAll => ConnectionString is not null && Environment.GetEnvironmentVariable("SESSION_TEST_SHARDED") == "true";

    private static readonly ConcurrentBag<string> Databases = [];

    /// <summary>A database of its own, with the tables of the service, distributed.</summary>
    public static async Task<string> CreateDistributedAsync()
    {
        var database = await CreateDatabaseAsync();
        await MigrateAsync(database);
        await DistributeAsync(database);
        return database;
    }

    /// <summary>A database of its own without tables, which knows the workers.</summary>
    public static async Task<string> CreateDatabaseAsync()
    {
        var name = $"session_test_{Environment.ProcessId}_{Guid.NewGuid():N}";
        var nodes = await NodesAsync();
        foreach (var node in nodes)
        {
            await ExecuteAsync(node, $"SET citus.enable_create_database_propagation = off; CREATE DATABASE {name}");
            await ExecuteAsync(In(name, node), "CREATE EXTENSION citus");
        }

        var coordinator = In(name, nodes[0]);
        var at = new NpgsqlConnectionStringBuilder(coordinator);
        await ExecuteAsync(coordinator, $"SELECT citus_set_coordinator_host('{at.Host}', {at.Port})");
        foreach (var worker in nodes.Skip(1).Select(node => new NpgsqlConnectionStringBuilder(node)))
        {
            await ExecuteAsync(coordinator, $"SELECT citus_add_node('{worker.Host}', {worker.Port})");
        }

        // Tests count the statements of several shards.
        await ExecuteAsync(coordinator, $"ALTER DATABASE {name} SET citus.enable_stat_counters = on");
        Databases.Add(name);
        at.MaxPoolSize = 10;
        at.Timeout = 15;
        at.IncludeErrorDetail = true;
        return at.ConnectionString;
    }

    public static async Task MigrateAsync(string database)
    {
        await using var dataSource = NpgsqlDataSource.Create(database);
        await new SchemaMigrator(dataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
    }

    /// <summary>The workers, each as a place to send the statements about a database to.</summary>
    public static async Task<IReadOnlyList<string>> WorkersAsync(string database)
    {
        var name = new NpgsqlConnectionStringBuilder(database).Database!;
        return [.. (await NodesAsync()).Skip(1).Select(node => In(name, node))];
    }

    /// <summary>How many statements have gone to several shards, of those that the coordinator has taken.</summary>
    public static async Task<long> CountStatementsOfSeveralShardsAsync(string database)
    {
        await using var at = new TestDatabase(database);
        var counted = await at.QueryAsync("SELECT query_execution_multi_shard FROM citus_stat_counters WHERE name = current_database()");
        return long.Parse(counted.Single(), CultureInfo.InvariantCulture);
    }

    /// <summary>Distributes over a few shards, and tells what the command would print.</summary>
    public static async Task<List<string>> DistributeAsync(string database)
    {
        var told = new List<string>();
        await using var dataSource = NpgsqlDataSource.Create(database);
        await new SchemaDistributor(dataSource, new SchemaCheck(dataSource)).DistributeAsync(shards: 4, told.Add, CancellationToken.None);
        return told;
    }

    /// <summary>Drops the databases; after the last test.</summary>
    public static async Task DropDatabasesAsync()
    {
        foreach (var database in Databases)
        {
            foreach (var node in await NodesAsync())
            {
                await ExecuteAsync(node, $"SET citus.enable_create_database_propagation = off; DROP DATABASE IF EXISTS {database} WITH (FORCE)");
            }
        }
    }

    /// <summary>The coordinator, and the workers.</summary>
    public static async Task<IReadOnlyList<string>> NodesAsync()
    {
        var nodes = new List<string> { ConnectionString! };
        await using var dataSource = NpgsqlDataSource.Create(ConnectionString!);
        await using var command = dataSource.CreateCommand(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary' ORDER BY nodeid");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            nodes.Add(new NpgsqlConnectionStringBuilder(ConnectionString)
            {
                Host = reader.GetString(0),
                Port = reader.GetInt32(1),
            }.ConnectionString);
        }

        return nodes;
    }

    private static string In(string database, string node) =>
        new NpgsqlConnectionStringBuilder(node) { Database = database }.ConnectionString;

    // Without a pool, whose connections would keep the database from being dropped. CREATE DATABASE must be a statement of its own.
    private static async Task ExecuteAsync(string node, string statements)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(node) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        foreach (var statement in statements.Split(';', StringSplitOptions.TrimEntries))
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync();
        }
    }
}
