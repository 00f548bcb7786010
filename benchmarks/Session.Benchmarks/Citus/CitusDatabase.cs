using Npgsql;
using SessionService.Benchmarks.Processes;

namespace SessionService.Benchmarks.Citus;

/// <summary>A database of the benchmark's own on a Citus cluster, each server of which runs on this machine.</summary>
internal sealed class CitusDatabase : IAsyncDisposable
{
    private const string Name = "session_benchmark";

    private readonly IReadOnlyList<string> _nodes;
    private readonly IReadOnlyList<int> _postmasters;
    private readonly bool _isOneWorker;
    private readonly int _timeout;

    private CitusDatabase(IReadOnlyList<string> nodes, IReadOnlyList<int> postmasters, bool isOneWorker, int timeout) =>
        (_nodes, _postmasters, _isOneWorker, _timeout) = (nodes, postmasters, isOneWorker, timeout);

    /// <summary>Leads to the database through the coordinator.</summary>
    public string Coordinator => WithTimeout(_nodes[0]);

    /// <summary>Leads to the database through the given worker, or through all of them.</summary>
    public string Workers => _isOneWorker ? WithTimeout(_nodes[1]) : WithTimeout(ToAll(_nodes.Skip(1)));

    /// <summary>Seconds of processor time of all processes of all servers so far.</summary>
    public double ProcessorSeconds => _postmasters.Sum(ProcessorTime.OfFamily);

    /// <param name="coordinator">Leads to the coordinator, in a database that knows the workers.</param>
    /// <param name="worker">Leads to the worker to connect to; without it the service is given all workers.</param>
    /// <param name="timeout">Seconds that a connection to the database may take.</param>
    /// <param name="cancellationToken">Ends the preparation.</param>
    public static async Task<CitusDatabase> CreateAsync(string coordinator, string? worker, int timeout, CancellationToken cancellationToken)
    {
        var nodes = await NodesAsync(coordinator, cancellationToken);
        if (nodes.Count < 2)
        {
            throw new BenchmarkException("The coordinator knows no workers.");
        }

        if (worker is not null)
        {
            var port = await PortAsync(worker, cancellationToken);
            nodes = [nodes[0], worker, .. nodes.Skip(1).Where(node => new NpgsqlConnectionStringBuilder(node).Port != port)];
        }

        var postmasters = new List<int>();
        foreach (var node in nodes)
        {
            postmasters.Add(await PostmasterAsync(node, cancellationToken));
        }

        var database = new CitusDatabase(nodes, postmasters, worker is not null, timeout);
        await database.DropAsync(cancellationToken);
        foreach (var node in nodes)
        {
            await ExecuteAsync(node, [OfThisServer, $"CREATE DATABASE {Name}"], cancellationToken);
            await ExecuteAsync(In(Name, node), ["CREATE EXTENSION citus"], cancellationToken);
        }

        var hosts = nodes.Select(node => new NpgsqlConnectionStringBuilder(node)).ToList();
        await ExecuteAsync(
            database.Coordinator,
            [
                $"SELECT citus_set_coordinator_host('{hosts[0].Host}', {hosts[0].Port})",
                .. hosts.Skip(1).Select(host => $"SELECT citus_add_node('{host.Host}', {host.Port})"),
            ],
            cancellationToken);
        return database;
    }

    /// <summary>Whether commits wait for the disk: the plain server must do as the cluster does.</summary>
    public async Task<bool> IsDurableAsync(CancellationToken cancellationToken) =>
        (string)(await ScalarAsync(In(Name, _nodes[1]), "SELECT current_setting('fsync')", cancellationToken))! == "on";

    public async ValueTask DisposeAsync() => await DropAsync(CancellationToken.None);

    // A database is made and dropped on each server apart.
    private const string OfThisServer = "SET citus.enable_create_database_propagation = off";

    private async Task DropAsync(CancellationToken cancellationToken)
    {
        foreach (var node in _nodes)
        {
            await ExecuteAsync(node, [OfThisServer, $"DROP DATABASE IF EXISTS {Name} WITH (FORCE)"], cancellationToken);
        }
    }

    private static async Task<IReadOnlyList<string>> NodesAsync(string coordinator, CancellationToken cancellationToken)
    {
        var nodes = new List<string> { coordinator };
        await using var connection = await OpenAsync(coordinator, cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0 AND noderole = 'primary' ORDER BY nodeid", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            nodes.Add(new NpgsqlConnectionStringBuilder(coordinator) { Host = reader.GetString(0), Port = reader.GetInt32(1) }.ConnectionString);
        }

        return nodes;
    }

    private static async Task<int> PortAsync(string node, CancellationToken cancellationToken) =>
        (int)(await ScalarAsync(node, "SELECT current_setting('port')::int", cancellationToken))!;

    private static async Task<int> PostmasterAsync(string node, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(node, cancellationToken);
        return ProcessorTime.ParentOf(connection.ProcessID)
            ?? throw new BenchmarkException("A server of the cluster runs on another machine: its processor time cannot be read.");
    }

    private string WithTimeout(string node) => new NpgsqlConnectionStringBuilder(In(Name, node)) { Timeout = _timeout }.ConnectionString;

    private static string ToAll(IEnumerable<string> nodes)
    {
        var all = nodes.Select(node => new NpgsqlConnectionStringBuilder(node)).ToList();
        return new NpgsqlConnectionStringBuilder(all[0].ConnectionString)
        {
            Host = string.Join(',', all.Select(node => $"{node.Host}:{node.Port}")),
        }.ConnectionString;
    }

    private static string In(string database, string node) => new NpgsqlConnectionStringBuilder(node) { Database = database }.ConnectionString;

    private static async Task ExecuteAsync(string node, string[] statements, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(node, cancellationToken);
        foreach (var statement in statements)
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
    }

    private static async Task<object?> ScalarAsync(string node, string query, CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(node, cancellationToken);
        await using var command = new NpgsqlCommand(query, connection);
        return await command.ExecuteScalarAsync(cancellationToken);
    }

    // Without a pool, whose connections would keep the database from being dropped.
    private static async Task<NpgsqlConnection> OpenAsync(string node, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(node) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
