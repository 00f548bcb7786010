using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Databases;

/// <summary>
/// What a statement of the service's did when it ran with the plan that is made for any parameters, or, as one that is not prepared, for those
/// it is given.
/// </summary>
internal sealed class StatementPlan
{
    private readonly List<JsonElement> _nodes = [];

    private StatementPlan(JsonElement plan)
    {
        Add(plan);
        Blocks = plan.Number("Shared Hit Blocks") + plan.Number("Shared Read Blocks");
    }

    /// <summary>Pages looked at, in the cache or not.</summary>
    public long Blocks { get; }

    public IReadOnlyList<string> Nodes => [.. _nodes.Select(node => node.Text("Node Type"))];

    /// <summary>Rows of a table that were looked at, wanted or not.</summary>
    public long RowsRead(string table) =>
        _nodes.Where(node => node.TryGetProperty("Relation Name", out var relation) && relation.GetString() == table)
            .Sum(node => (long)((node.GetProperty("Actual Rows").GetDouble() + Removed(node)) * node.Number("Actual Loops")));

    /// <summary>The statement about a table that a request has a connection of the service's send.</summary>
    /// <remarks>A job may use the connection before one can look: then the request is sent again.</remarks>
    public static async Task<string> StatementOfAsync(TestDatabase database, string table, Func<Task> requestAsync)
    {
        var sent = await Eventually.GetAsync(SendAsync, statements => statements.Length > 0);
        return sent[0];

        async Task<string[]> SendAsync()
        {
            await requestAsync();
            return await database.QueryAsync(
                $"""
                SELECT query FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE '%_digest' AND query LIKE '%dev.{table}%'
                ORDER BY query_start DESC LIMIT 1
                """);
        }
    }

    public static async Task<StatementPlan> ExplainAsync(TestDatabase database, string statement, string parameters, bool isPrepared = true)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
#pragma warning disable CA2100 // The service's own statement, with values of the test's.
        foreach (var sql in new[]
        {
            $"SET plan_cache_mode = {(isPrepared ? "force_generic_plan" : "force_custom_plan")}",
            $"PREPARE explained AS {statement}",
            $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE explained({parameters})",
        })
        {
            await using var command = connection.CreateCommand();
            command.CommandText = sql;
            if (await command.ExecuteScalarAsync() is string json)
            {
                return new StatementPlan(JsonDocument.Parse(json).RootElement[0].GetProperty("Plan"));
            }
        }
#pragma warning restore CA2100

        throw new InvalidOperationException("No plan.");
    }

    private static double Removed(JsonElement node) =>
        node.TryGetProperty("Rows Removed by Filter", out var removed) ? removed.GetDouble() : 0;

    private void Add(JsonElement node)
    {
        _nodes.Add(node);
        if (node.TryGetProperty("Plans", out var children))
        {
            foreach (var child in children.EnumerateArray())
            {
                Add(child);
            }
        }
    }
}
