using Npgsql;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service with two connections to its database.</summary>
public sealed class SmallPoolFixture : ApiFixture
{
    protected override async Task<string> PrepareDatabaseAsync() =>
        new NpgsqlConnectionStringBuilder(await TestPostgres.CloneTemplateAsync()) { MaxPoolSize = 2, Timeout = 1 }.ConnectionString;
}

public sealed class PoolWaitTests(SmallPoolFixture service) : IClassFixture<SmallPoolFixture>
{
    [Fact]
    public async Task While_every_connection_is_taken_whoever_waits_hears_so_within_two_seconds()
    {
        var user = service.AsNewUser();
        // A busy machine may take longer than a second to open a connection.
        var created = await Eventually.GetAsync(() => user.PostAsync("/api/v1/sessions", "{}"), answer => answer.Status == 201);
        var session = created.Headers["Location"];
        Task<Answer>[] holders;
        Answer[] refused;
        TimeSpan waited;
        await using (var held = await LockedSession.OfAsync(service.ConnectionString, session))
        {
            holders = [HoldAsync("One."), HoldAsync("Two.")];
            await held.WaitForWaitersAsync(2);

            using var watch = StepWatch.Start();
            refused = await Task.WhenAll(
                user.GetAsync(session),
                user.GetAsync($"{session}/messages"),
                user.GetAsync("/api/v1/sessions"),
                user.GetAsync("/api/v1/sessions/stats"),
                user.PostAsync($"{session}/memory", """{"content":"All."}"""),
                user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}"""));
            waited = watch.Elapsed;

            // Writers have connections of their own, and a session that is held up holds up no other.
            await user.WriteMessageAsync(await user.StartSessionAsync());
        }

        // The database answers all the time. The message waits for the session's lock, not for a connection.
        Assert.All(refused[..^1], answer => answer.IsProblem(503, "overloaded"));
        refused[^1].IsProblem(503, "database_unavailable");
        Assert.All(refused, answer => Assert.NotEmpty(answer.Headers["Retry-After"]));
        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        Assert.All(await Task.WhenAll(holders), answer => answer.Is(200));
        Assert.Equal(0, (await user.GetAsync(session)).Is(200).Number("message_count"));

        Task<Answer> HoldAsync(string summary) => Eventually.GetAsync(
            () => user.PutAsync(session, $$"""{"session_summary":"{{summary}}"}"""), answer => answer.Status != 503);
    }
}
