using Npgsql;
using SessionService.IntegrationTests.Archival;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>
/// A service whose transactions look for a deadlock once, when they have waited for three seconds. By then the test must wait too, on a busy
/// machine as well.
/// </summary>
public sealed class DeadlockFixture : ApiFixture
{
    // The digest would wait for the session too, and could get it before the test.
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Digest:Enabled", "false")];

    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Options=-c deadlock_timeout=3s";
}

/// <summary>PostgreSQL ends one of the transactions that wait for each other. The service runs its own again.</summary>
public sealed class DeadlockTests(DeadlockFixture service) : IClassFixture<DeadlockFixture>
{
    [Theory]
    [InlineData("end", "dev.session_counts")]
    [InlineData("archive", "dev.session_counts")]
    [InlineData("star", "dev.session_counts")]
    [InlineData("redaction", "dev.session_messages")]
    public async Task A_request_that_loses_a_deadlock_is_made_all_the_same(string feature, string table)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();

        // Reads of the table and locks of its rows go on; writes wait.
        await using var hold = new NpgsqlCommand($"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE", connection, transaction);
        await hold.ExecuteNonQueryAsync();
        var request = user.DoAsync(session, feature);
        await Eventually.IsSoAsync(async () => (await database.QueryAsync(
            $"SELECT count(*) > 0 FROM pg_stat_activity WHERE {connection.ProcessID} = ANY (pg_blocking_pids(pid))"))[0] == "true");

        // The request holds the session. The test's own transaction never looks for a deadlock, so the request is the one that loses.
        await using var lockSession = new NpgsqlCommand(
            $"""
            SET LOCAL deadlock_timeout = '1h';
            SELECT FROM dev.sessions WHERE user_id = '{user.UserId}' FOR UPDATE
            """,
            connection,
            transaction);
        await lockSession.ExecuteNonQueryAsync();
        Assert.False(request.IsCompleted, "The request was refused.");
        await transaction.CommitAsync();

        Assert.Contains((await request).Status, new[] { 200, 204 });
    }
}
