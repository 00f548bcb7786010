using System.Globalization;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Schema;

namespace SessionService.IntegrationTests.Digests;

/// <summary>The service on the database of the one that it replaces, as it runs: digesting by itself, in a hurry.</summary>
public sealed class AdoptedDigestFixture : AdoptedDatabaseFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Digest:Every", "00:00:00.020"), new("Digest:IdleFor", "00:00:00.050"), new("Digest:Share", "1")];
}

public sealed class BackgroundDigestTests(AdoptedDigestFixture service) : IClassFixture<AdoptedDigestFixture>
{
    [Fact]
    public async Task What_was_adopted_and_what_is_written_is_digested_and_shown_in_the_metrics()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        await Eventually.IsSoAsync(async () => await database.QueryAsync("SELECT count(*) FROM dev.sessions WHERE NOT is_digested") is ["0"]);

        Assert.Equal(
            ["t"],
            await database.QueryAsync(
                """
                SELECT DISTINCT CASE WHEN digested_messages = message_count AND digested_cost = total_cost AND digested_activity = last_activity
                                THEN 't' ELSE 'f' END
                FROM dev.sessions
                """));
        var total = long.Parse((await database.QueryAsync("SELECT count(*) FROM dev.session_messages"))[0], CultureInfo.InvariantCulture);
        // What is committed is counted a moment later.
        await Eventually.IsSoAsync(() => Task.FromResult(service.ReadCounter("session_service.digested_messages") == total));
    }
}
