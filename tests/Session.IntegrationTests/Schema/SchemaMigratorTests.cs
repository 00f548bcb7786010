using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using SessionService.Infrastructure.Schema;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Schema;

public class SchemaMigratorTests
{
    [Fact]
    public async Task Four_instances_that_start_at_once_on_an_empty_database_all_succeed()
    {
        var connectionString = await TestPostgres.CreateEmptyDatabaseAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => MigrateAsync(connectionString))));

        await using var database = new TestDatabase(connectionString);
        var report = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);
        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
    }

    [Fact]
    public async Task A_second_run_changes_nothing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await MigrateAsync(database.DataSource);
        const string Catalog = "SELECT (oid, xmin, relname) FROM pg_class WHERE relnamespace = 'dev'::regnamespace ORDER BY oid";
        var before = await database.QueryAsync(Catalog);

        await MigrateAsync(database.DataSource);

        Assert.NotEmpty(before);
        Assert.Equal(before, await database.QueryAsync(Catalog));
    }

    [Fact]
    public async Task The_unique_indexes_of_rows_that_every_write_updates_keep_dead_versions_apart()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();

        Assert.Equal(
            ["pk_session_counts", "pk_session_statistics", "pk_sessions", "ux_sessions_session_id"],
            await database.QueryAsync("SELECT relname FROM pg_class WHERE 'deduplicate_items=off' = ANY (reloptions) ORDER BY relname"));
    }

    [Fact]
    public async Task One_connection_is_enough()
    {
        var connectionString = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateEmptyDatabaseAsync()) { MaxPoolSize = 1, Timeout = 15 };

        await MigrateAsync(connectionString.ConnectionString);
    }

    [Fact]
    public async Task A_refused_migration_leaves_nothing_behind_and_says_why()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync("CREATE SCHEMA dev; CREATE TABLE dev.orphaned_rows (taken int)");

        var exception = await Assert.ThrowsAsync<SchemaMigrationException>(() => MigrateAsync(database.DataSource));

        Assert.Equal(
            "The existing database cannot be adopted; nothing was changed:\n"
            + "- dev.orphaned_rows exists already, but the service needs the name for a table of its own.",
            exception.Message);
        Assert.Equal(["orphaned_rows"], await database.QueryAsync("SELECT relname FROM pg_class WHERE relnamespace = 'dev'::regnamespace"));
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        await MigrateAsync(dataSource);
    }

    private static Task MigrateAsync(NpgsqlDataSource dataSource) =>
        new SchemaMigrator(dataSource, NullLogger<SchemaMigrator>.Instance).MigrateAsync(CancellationToken.None);
}
