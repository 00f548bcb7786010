using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;
using SessionService.Infrastructure.Statistics;

namespace SessionService.Infrastructure.Schema;

/// <summary>
/// Distributes the tables over the servers of a Citus cluster, the rows of each user together. Each step has a transaction of its own and
/// is left out where it is done, so a run that ended early is finished by the next. Nobody may write meanwhile.
/// </summary>
/// <remarks>By hand: EF knows neither Citus nor the catalog.</remarks>
public sealed class SchemaDistributor(NpgsqlDataSource dataSource, SchemaCheck check)
{
    internal const string FindCitus = "SELECT extversion FROM pg_extension WHERE extname = 'citus'";

    internal const string IsCoordinator = "SELECT citus_is_coordinator()";

    // With the lock of the migrations: neither changes a table under the other.
    private static readonly string Lock =
        $"SELECT pg_advisory_lock({AdvisoryLocks.SchemaMigration.ToString(CultureInfo.InvariantCulture)})";

    private static readonly string Unlock =
        $"SELECT pg_advisory_unlock({AdvisoryLocks.SchemaMigration.ToString(CultureInfo.InvariantCulture)})";

    // Functions that were made before the extension are on this server alone.
    private const string Functions =
        """
        SELECT p.oid::regprocedure::text
        FROM pg_proc AS p
        WHERE p.pronamespace = to_regnamespace($1)
          AND NOT EXISTS (SELECT 1 FROM pg_dist_object AS o WHERE o.classid = 'pg_proc'::regclass AND o.objid = p.oid)
        """;

    /// <summary>Distributes what is not distributed yet.</summary>
    /// <param name="shards">Into how many parts the users are divided, where there are none yet.</param>
    /// <param name="tell">Takes a line about each step.</param>
    /// <param name="cancellationToken">Ends the run; the step under way is rolled back.</param>
    /// <exception cref="SchemaDistributionException">The database is no coordinator of Citus, or its tables are not up to date.</exception>
    public async Task DistributeAsync(int shards, Action<string> tell, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var sql = new Sql(connection);
        await DemandClusterAsync(sql, cancellationToken);
        await Statement(sql, Lock).ExecuteAsync(cancellationToken);
        try
        {
            await DemandTablesAsync(cancellationToken);
            await DistributeAsync(sql, shards, tell, cancellationToken);
        }
        catch (PostgresException exception)
        {
            throw new SchemaDistributionException($"{exception.MessageText} Run the command again when that is mended.", exception);
        }
        finally
        {
            // The lock ends with the connection too.
            if (connection.FullState == System.Data.ConnectionState.Open)
            {
                await Statement(sql, Unlock).ExecuteAsync(CancellationToken.None);
            }
        }
    }

    private static async Task DemandClusterAsync(Sql sql, CancellationToken cancellationToken)
    {
        if (await Statement(sql, FindCitus).ValueAsync<string>(cancellationToken) is null)
        {
            throw new SchemaDistributionException(
                "The database has no extension citus. Create it on every server, and add the workers (see docs/scaling.md).");
        }

        if (!await Statement(sql, IsCoordinator).ValueAsync<bool>(cancellationToken))
        {
            throw new SchemaDistributionException("The server is a worker. Run the command on the coordinator.");
        }
    }

    private async Task DemandTablesAsync(CancellationToken cancellationToken)
    {
        if ((await check.RunAsync(cancellationToken)).HasPendingMigrations)
        {
            throw new SchemaDistributionException("Migrations are pending. Run the command 'schema migrate' first.");
        }
    }

    private async Task DistributeAsync(Sql sql, int shards, Action<string> tell, CancellationToken cancellationToken)
    {
        var expected = ExpectedSchema.Current;
        var live = await LiveSchema.ReadAsync(dataSource, cancellationToken);
        var byUser = TableLayout.ByUser(expected).Select(table => table.Name).Where(IsLocal).ToList();
        var everywhere = TableLayout.Everywhere(expected).Where(IsLocal).ToList();

        // A key of a table on one server cannot name one that is distributed. All come back at the end.
        foreach (var key in byUser.SelectMany(table => live.ForeignKeys[table]))
        {
            await RunAsync($"ALTER TABLE {Name(key.Table)} DROP CONSTRAINT {Quoted(key.Name)}");
        }

        foreach (var index in expected.Tables.SelectMany(OnOneServer))
        {
            await RunAsync($"DROP INDEX {SessionDbContext.Schema}.{Quoted(index.Name)}");
            tell($"{Name(index.Table)}: {index.Name} is dropped, as its columns are unique on one server only");
        }

        if (byUser.Contains(StatisticsOfUsers.Table, StringComparer.Ordinal)
            && !await Statement(sql, StatisticsOfUsers.AreDivided).ValueAsync<bool>(cancellationToken))
        {
            await InTransactionAsync(StatisticsOfUsers.Divide);
        }

        foreach (var table in everywhere)
        {
            await MoveAsync(table, $"SELECT create_reference_table('{Name(table)}')");
        }

        foreach (var table in byUser)
        {
            var place = table == TableLayout.Root
                ? $"colocate_with => 'none', shard_count => {Number(shards)}"
                : $"colocate_with => '{Name(TableLayout.Root)}'";
            await MoveAsync(table, $"SELECT create_distributed_table('{Name(table)}', '{TableLayout.UserColumn}', {place})");
        }

        foreach (var (table, columns) in expected.Tables.SelectMany(MissingIndexes))
        {
            var name = $"ix_{table}_{string.Join('_', columns)}";
            await RunAsync($"CREATE INDEX {Quoted(name)} ON {Name(table)} ({Columns(columns)})");
        }

        if (IsLocal(TableLayout.Ids))
        {
            await RunAsync(RegisteredSessionIds.Fill);
            await MoveAsync(
                TableLayout.Ids,
                $"""
                SELECT create_distributed_table(
                    '{Name(TableLayout.Ids)}', '{TableLayout.IdColumn}', colocate_with => 'none', shard_count => {Number(shards)})
                """);
        }
        else
        {
            // Instances of a version without the table may have created sessions since.
            await RunAsync(RegisteredSessionIds.Fill);
        }

        foreach (var function in await Statement(sql, Functions, SessionDbContext.Schema)
            .ListAsync(row => row.GetString(0), cancellationToken))
        {
            await RunAsync($"SELECT create_distributed_function('{function}')");
        }

        foreach (var (table, key) in await MissingKeysAsync(cancellationToken))
        {
            await RunAsync(
                $"""
                ALTER TABLE {Name(table)} ADD CONSTRAINT {Quoted(key.Name)} FOREIGN KEY ({Columns(key.Columns)})
                REFERENCES {Name(key.PrincipalTable.Name)} ({Columns(key.PrincipalColumns)}) ON DELETE {Action(key.OnDeleteAction)}
                """);
            tell($"{Name(table)}: {key.Name} is back");
        }

        bool IsLocal(string table) => !live.Distributions.ContainsKey(table);

        IEnumerable<LiveIndex> OnOneServer(ExpectedTable table) =>
            table.UniqueKeys.Except(TableLayout.OnShards(table).UniqueKeys)
                .Select(key => key.ToHashSet(StringComparer.Ordinal))
                .SelectMany(key => live.Indexes[table.Name].Where(index => index.IsUnique && key.SetEquals(index.Columns)));

        // In place of the unique ones, which are dropped above or were by an earlier run.
        IEnumerable<(string Table, string[] Columns)> MissingIndexes(ExpectedTable table) =>
            TableLayout.OnShards(table).Indexes.Except(table.Indexes)
                .Where(index => !live.Indexes[table.Name].Any(there => !there.IsUnique && there.Columns.SequenceEqual(index.Columns)))
                .Select(index => (table.Name, index.Columns));

        async Task MoveAsync(string table, string move)
        {
            var began = Stopwatch.GetTimestamp();
            var rows = await Statement(sql, $"SELECT count(*) FROM {Name(table)}").ValueAsync<long>(cancellationToken);
            await RunAsync(move);

            // The rows that were copied stay behind, unseen, on this server.
            await RunAsync($"SELECT truncate_local_data_after_distributing_table('{Name(table)}')");
            await RunAsync($"ANALYZE {Name(table)}");
            tell(string.Create(
                CultureInfo.InvariantCulture,
                $"{Name(table)}: {rows} rows in {Stopwatch.GetElapsedTime(began).TotalSeconds:0.0} s"));
        }

        Task RunAsync(string text) => Statement(sql, text).ExecuteAsync(cancellationToken);

        async Task InTransactionAsync(string text)
        {
            await using var transaction = await sql.Connection.BeginTransactionAsync(cancellationToken);
            await RunAsync(text);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<(string Table, IForeignKeyConstraint Key)>> MissingKeysAsync(CancellationToken cancellationToken)
    {
        var live = await LiveSchema.ReadAsync(dataSource, cancellationToken);
        return
        [
            .. from table in SchemaModel.Tables
               from key in table.ForeignKeyConstraints
               where !live.ForeignKeys[table.Name].Any(there => there.Name == key.Name)
               select (table.Name, key),
        ];
    }

    // A large database takes its time.
    private static SqlStatement Statement(Sql sql, string text, params ReadOnlySpan<SqlValue> values) =>
        sql.Statement(text, values).Unprepared().WithoutTimeout();

    private static string Action(ReferentialAction action) => action switch
    {
        ReferentialAction.Cascade => "CASCADE",
        ReferentialAction.Restrict => "RESTRICT",
        _ => "NO ACTION",
    };

    private static string Columns(IEnumerable<IColumn> columns) => Columns(columns.Select(column => column.Name));

    private static string Columns(IEnumerable<string> columns) => string.Join(", ", columns.Select(Quoted));

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Name(string table) => $"{SessionDbContext.Schema}.{Quoted(table)}";

    private static string Quoted(string name) => $"\"{name}\"";
}
