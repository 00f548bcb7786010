using SessionService.Infrastructure.Idempotency;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Archival;
using SessionService.IntegrationTests.Databases;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>A service on a sharded database, whose sessions expire after a day, are put away after two and deleted after ten.</summary>
public sealed class ShardedArchivalFixture : ArchivalFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. base.Settings, new("Database:Sharded", "true")];

    public override Task InitializeAsync() => CitusCluster.ConnectionString is null ? Task.CompletedTask : base.InitializeAsync();

    protected override Task<string> PrepareDatabaseAsync() => CitusCluster.CreateDistributedAsync();
}

/// <summary>The walks over all users that write.</summary>
public sealed class ShardedWalksTests(ShardedArchivalFixture service) : IClassFixture<ShardedArchivalFixture>
{
    private const string Of3DaysAgo = "(clock_timestamp() - interval '3 days')::text";

    [CitusFact]
    public async Task Unused_sessions_of_several_users_expire_and_are_put_away_and_counted_so()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var users = Enumerable.Range(0, 3).Select(_ => service.AsNewUser()).ToList();
        foreach (var user in users)
        {
            await user.StartSessionAsync();
            await user.StartSessionInAsync("ended");
            await AgeAsync(database, user.UserId);
            await user.StartSessionAsync();
        }

        await service.RunAsync();

        foreach (var user in users)
        {
            var of = $"FROM dev.sessions WHERE user_id = '{user.UserId}'";
            Assert.Equal(
                ["active", "ended", "expired"],
                await database.QueryAsync($"SELECT status {of} ORDER BY status"));
            Assert.Equal(["1"], await database.QueryAsync($"SELECT count(*) {of} AND archived_at IS NOT NULL"));
            Assert.Equal(
                ["active 1", "ended 1", "expired 1"],
                await database.QueryAsync(
                    $"""
                    SELECT status || ' ' || sum(sessions) FROM dev.session_counts WHERE user_id = '{user.UserId}'
                    GROUP BY status HAVING sum(sessions) <> 0 ORDER BY status
                    """));
            Assert.Equal(
                ["3 1"],
                await database.QueryAsync(
                    $"SELECT sum(total_sessions) || ' ' || sum(active_sessions) FROM dev.session_statistics WHERE user_id = '{user.UserId}'"));
        }
    }

    [CitusFact]
    public async Task Old_keys_of_several_users_are_removed_and_young_ones_stay()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var users = Enumerable.Range(0, 3).Select(_ => service.AsNewUser()).ToList();
        foreach (var user in users)
        {
            (await user.PostAsync("/api/v1/sessions", "{}", "old")).Is(201);
            var time = (await database.QueryAsync($"SELECT {Of3DaysAgo}")).Single();
            await database.ExecuteAsync($"UPDATE dev.idempotency_keys SET created_at = '{time}' WHERE user_id = '{user.UserId}'");
            (await user.PostAsync("/api/v1/sessions", "{}", "young")).Is(201);
        }

        var removed = 0;
        await new OldKeysByUser(new Database(database.DataSource))
            .RemoveAsync(DateTimeOffset.UtcNow.AddDays(-1), count => removed += count, CancellationToken.None);

        Assert.Equal(users.Count, removed);
        Assert.Equal(["young"], await database.QueryAsync("SELECT DISTINCT idempotency_key FROM dev.idempotency_keys"));
    }

    // The time as a constant: a sharded database takes no sum of times in an update.
    private static async Task AgeAsync(TestDatabase database, string userId)
    {
        var time = (await database.QueryAsync($"SELECT {Of3DaysAgo}")).Single();
        await database.ExecuteAsync(
            $"UPDATE dev.sessions SET last_activity = '{time}', updated_at = '{time}', used_at = NULL WHERE user_id = '{userId}'");
    }
}
