using Microsoft.Extensions.Options;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Schema;
using SessionService.Infrastructure.Startup;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sharding;

public sealed class SchemaDistributorTests
{
    private const string Totals =
        """
        SELECT concat_ws(',', sum(total_sessions), sum(total_messages), sum(total_tokens), trim_scale(sum(total_cost)))
        FROM dev.session_statistics
        """;

    private const string Layout =
        """
        SELECT c.relname || ' ' || coalesce(column_to_column_name(d.logicalrelid, d.partkey), 'everywhere')
        FROM pg_dist_partition AS d
        JOIN pg_class AS c ON c.oid = d.logicalrelid
        WHERE c.relname IN ('sessions', 'session_ids', 'session_messages', 'user_locks', 'api_keys', '__EFMigrationsHistory')
        ORDER BY c.relname COLLATE "C"
        """;

    [Fact]
    public async Task A_server_without_Citus_is_refused_with_what_to_do()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();

        var refusal = await Assert.ThrowsAsync<SchemaDistributionException>(() => DistributeAsync(database));

        Assert.Contains("no extension citus", refusal.Message, StringComparison.Ordinal);
    }

    [CitusFact]
    public async Task Tables_that_are_not_there_yet_are_asked_for()
    {
        await using var database = new TestDatabase(await CitusCluster.CreateDatabaseAsync());

        var refusal = await Assert.ThrowsAsync<SchemaDistributionException>(() => DistributeAsync(database));

        Assert.Contains("schema migrate", refusal.Message, StringComparison.Ordinal);
    }

    [CitusFact]
    public async Task Empty_tables_are_distributed_by_user_and_the_schema_is_the_one_expected()
    {
        await using var database = new TestDatabase(await CitusCluster.CreateDistributedAsync());

        Assert.Equal(
            [
                "__EFMigrationsHistory everywhere",
                "api_keys everywhere",
                "session_ids session_id",
                "session_messages user_id",
                "sessions user_id",
                "user_locks user_id",
            ],
            await database.QueryAsync(Layout));
        var report = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);
        Assert.True(report.IsSharded);
        Assert.Empty(report.Errors);
        Assert.Empty(report.Warnings);
    }

    [CitusFact]
    public async Task Another_run_finds_nothing_to_do()
    {
        var connectionString = await CitusCluster.CreateDistributedAsync();

        Assert.Empty(await CitusCluster.DistributeAsync(connectionString));
    }

    [CitusFact]
    public async Task A_run_that_ended_early_is_finished_by_the_next()
    {
        var connectionString = await CitusCluster.CreateDatabaseAsync();
        await CitusCluster.MigrateAsync(connectionString);
        await using var database = new TestDatabase(connectionString);
        await database.ExecuteAsync(
            """
            DROP INDEX dev.ux_sessions_session_id;
            ALTER TABLE dev.message_deltas DROP CONSTRAINT fk_message_deltas_open_messages;
            SELECT create_reference_table('dev.api_keys');
            """);

        await CitusCluster.DistributeAsync(connectionString);

        Assert.Empty((await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None)).Errors);
    }

    [CitusFact]
    public async Task A_table_that_a_migration_adds_is_named_by_the_check_and_distributed_by_another_run()
    {
        var connectionString = await CitusCluster.CreateDistributedAsync();
        await using var database = new TestDatabase(connectionString);
        await database.ExecuteAsync(
            """
            ALTER TABLE dev.message_deltas DROP CONSTRAINT fk_message_deltas_open_messages;
            SELECT undistribute_table('dev.message_deltas');
            """);
        await CitusCluster.MigrateAsync(connectionString);
        var before = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);

        await CitusCluster.DistributeAsync(connectionString);

        Assert.Contains("dev.message_deltas: expected distributed by user_id, found on one server", before.Errors);
        Assert.Empty((await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None)).Errors);
    }

    [CitusFact]
    public async Task The_table_of_ids_is_added_to_a_database_that_was_distributed_without()
    {
        var connectionString = await CitusCluster.CreateDistributedAsync();
        await using var database = new TestDatabase(connectionString);
        await database.ExecuteAsync("SELECT undistribute_table('dev.session_ids')");
        await database.ExecuteAsync("DROP INDEX dev.ix_sessions_session_id");
        var before = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);

        await CitusCluster.DistributeAsync(connectionString);

        Assert.Equal(["dev.session_ids: expected distributed by session_id, found on one server"], before.Errors);
        Assert.Equal(["dev.sessions: expected index (session_id), found none"], before.Warnings);
        var report = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);
        Assert.Empty(report.Errors.Concat(report.Warnings));
    }

    [CitusFact]
    public async Task A_database_with_rows_keeps_them_and_its_totals()
    {
        var connectionString = await CitusCluster.CreateDatabaseAsync();
        await CitusCluster.MigrateAsync(connectionString);
        await using (var plain = await ServiceOn.StartAsync(connectionString, isSharded: false))
        {
            for (var i = 0; i < 5; i++)
            {
                var writer = plain.AsNewUser();
                var session = await writer.StartSessionAsync();
                await writer.WriteMessageAsync(session);
                await writer.WriteMessageAsync(session, """{"role":"assistant","content":"Hello","tokens_used":7,"cost_usd":0.5}""");
            }
        }

        var told = await CitusCluster.DistributeAsync(connectionString);

        Assert.Contains(told, line => line.StartsWith("dev.\"session_messages\": 10 rows", StringComparison.Ordinal));
        Assert.Contains(told, line => line.StartsWith("dev.\"session_ids\": 5 rows", StringComparison.Ordinal));
        await using var database = new TestDatabase(connectionString);
        Assert.Equal(["5,10,35,2.5"], await database.QueryAsync(Totals));
        await using var sharded = await ServiceOn.StartAsync(connectionString, isSharded: true);
        var user = (await database.QueryAsync("SELECT min(user_id) FROM dev.sessions")).Single();
        var page = (await sharded.As(user).GetAsync("/api/v1/sessions")).Is(200);
        Assert.Equal(1, page.GetProperty("total").GetInt32());

        (await sharded.As(user).DeleteAsync($"/api/v1/users/{user}/data")).Is(200);

        Assert.Equal(["4,8,28,2"], await database.QueryAsync(Totals));
        Assert.Equal(["0"], await database.QueryAsync($"SELECT count(*) FROM dev.session_statistics WHERE user_id IN ('', '{user}')"));
    }

    [CitusFact]
    public async Task A_sharded_database_is_refused_where_the_setting_does_not_say_so()
    {
        await using var database = new TestDatabase(await CitusCluster.CreateDistributedAsync());
        var report = await new SchemaCheck(database.DataSource).RunAsync(CancellationToken.None);

        var refusal = Assert.Throws<InvalidSettingException>(() => new LayoutCheck(Options.Create(new ShardingOptions())).Demand(report));

        Assert.Contains("Set Database__Sharded=true", refusal.Message, StringComparison.Ordinal);
    }

    private static Task DistributeAsync(TestDatabase database) =>
        new SchemaDistributor(database.DataSource, new SchemaCheck(database.DataSource))
            .DistributeAsync(shards: 4, _ => { }, CancellationToken.None);

    private sealed class ServiceOn(string connectionString, bool isSharded) : ApiFixture, IAsyncDisposable
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Database:Sharded", $"{isSharded}")];

        public static async Task<ServiceOn> StartAsync(string connectionString, bool isSharded)
        {
            var service = new ServiceOn(connectionString, isSharded);
            await service.InitializeAsync();
            return service;
        }

        protected override Task<string> PrepareDatabaseAsync() => Task.FromResult(connectionString);

        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
