using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using SessionService.Application.Archival;
using SessionService.Infrastructure.Archival;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Archival;

/// <summary>A service whose sessions expire after a day, are put away after two and deleted after ten; the tests say when it looks.</summary>
public class ArchivalFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. DigestByHand.Settings,
        new("Archival:ExpireAfter", "1.00:00:00"), new("Archival:ArchiveAfter", "2.00:00:00"), new("Archival:DeleteAfter", "10.00:00:00"),
        new("Archival:BatchSize", "7"), new("Archival:Every", "1.00:00:00"),
    ];

    // Its first run would come between the steps of a test.
    protected override void ConfigureServices(IServiceCollection services) => RemoveJob<ArchivalJob>(services);

    public Task RunAsync() => Services.GetRequiredService<ISessionRetention>().RunAsync(CancellationToken.None);
}

public sealed class ArchivalTests(ArchivalFixture service) : IClassFixture<ArchivalFixture>
{
    [Theory]
    [InlineData("active", "archived")]
    [InlineData("completed", "archived")]
    [InlineData("expired", "archived")]
    [InlineData("archived", "archived")]
    [InlineData("ended", "ended")]
    public async Task A_session_is_put_away_and_taken_up_again_by_hand_and_an_ended_one_stays_ended(string from, string put)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync(from);

        var archived = (await user.PostAsync($"{session}/archive", "")).Is(200);
        var again = (await user.PostAsync($"{session}/archive", "")).Is(200);
        var restored = (await user.PostAsync($"{session}/restore", "")).Is(200);

        Assert.Equal(put, archived.Text("status"));
        Assert.Equal(JsonValueKind.String, archived.GetProperty("archived_at").ValueKind);
        Assert.Equal(archived.GetRawText(), again.GetRawText());
        Assert.Equal(put == "ended" ? "ended" : "active", restored.Text("status"));
        Assert.Equal(JsonValueKind.Null, restored.GetProperty("archived_at").ValueKind);
        (await service.AsNewUser().PostAsync($"{session}/archive", "")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task Unused_sessions_expire_are_put_away_and_are_deleted_in_time_and_the_statistics_follow()
    {
        var user = service.AsNewUser();
        var sessions = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var status in new[] { "active", "completed", "ended", "expired", "archived" })
        {
            var session = await user.StartSessionAsync();
            await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":2,"cost_usd":0.5}""");
            (await user.PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);
            sessions.Add(status, session);
        }

        var used = await user.StartSessionAsync();
        await AgeAsync(user, sessions.Values, days: 3);
        await AgeAsync(user, [sessions["archived"]], days: 11);
        var before = await StatisticsAsync(user);

        await service.RunAsync();

        var after = await StatisticsAsync(user);
        Assert.Equal("active", (await user.GetAsync(used)).Is(200).Text("status"));
        Assert.Equal("expired", (await user.GetAsync(sessions["active"])).Is(200).Text("status"));
        foreach (var status in new[] { "completed", "ended", "expired" })
        {
            var session = (await user.GetAsync(sessions[status])).Is(200);
            Assert.Equal(status == "ended" ? "ended" : "archived", session.Text("status"));
            Assert.Equal(JsonValueKind.String, session.GetProperty("archived_at").ValueKind);
        }

        (await user.GetAsync(sessions["archived"])).IsProblem(404, "session_not_found");
        Assert.Equal(before.Number("active_sessions") - 2, after.Number("active_sessions"));
        Assert.Equal(before.Number("total_sessions") - 1, after.Number("total_sessions"));
        Assert.Equal(before.Number("total_messages") - 1, after.Number("total_messages"));
        Assert.Equal(before.Number("total_tokens") - 2, after.Number("total_tokens"));
        Assert.Equal(before.GetProperty("total_cost").GetDecimal() - 0.5m, after.GetProperty("total_cost").GetDecimal());
    }

    [Fact]
    public async Task What_is_deleted_in_time_is_gone_from_search_and_usage_and_all_tables_and_nothing_else_is()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        var sessions = new List<string>();
        foreach (var owner in new[] { user, user, other })
        {
            var session = await owner.StartSessionAsync();
            (await owner.PostAsync($"{session}/messages", """{"role":"user","content":"Zanzibar","tokens_used":2,"cost_usd":0.5}""", Guid.NewGuid().ToString())).Is(201);
            (await owner.PostAsync($"{session}/memory", """{"content":"Spices."}""")).Is(201);
            (await owner.PostAsync($"{session}/archive", "")).Is(200);
            sessions.Add(session);
        }

        await service.DigestAsync();
        await AgeAsync(user, sessions.Take(1), days: 11);
        Assert.Equal((2, 4), (await FoundAsync(user), await TokensUsedAsync(user)));

        await service.RunAsync();

        (await user.GetAsync(sessions[0])).IsProblem(404, "session_not_found");
        Assert.Equal((1, 2), (await FoundAsync(user), await TokensUsedAsync(user)));
        Assert.Equal((1, 2), (await FoundAsync(other), await TokensUsedAsync(other)));
        Assert.Equal(1, (await user.GetAsync("/api/v1/sessions?status=archived")).Is(200).Number("total"));
        await AgeAsync(user, sessions.Skip(1).Take(1), days: 11);
        await service.RunAsync();
        var left = (await user.GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows");
        foreach (var table in new[] { "sessions", "session_messages", "message_segments", "session_memories", "usage", "search_segments", "idempotency_keys" })
        {
            Assert.Equal((table, 0), (table, left.Number(table)));
        }

        static async Task<long> FoundAsync(ApiClient user) => (await user.GetAsync("/api/v1/sessions/search?q=zanzibar")).Is(200).Items("results").Count;
    }

    [Fact]
    public async Task A_starred_session_stays_as_it_is_and_the_users_lists_count_the_others_right()
    {
        var user = service.AsNewUser();
        var (starred, other) = (await user.StartSessionAsync(), await user.StartSessionAsync());
        (await user.PostAsync($"{starred}/star", "")).Is(200);
        await AgeAsync(user, [starred, other], days: 3);

        await service.RunAsync();

        Assert.Equal("active", (await user.GetAsync(starred)).Is(200).Text("status"));
        Assert.Equal("expired", (await user.GetAsync(other)).Is(200).Text("status"));
        Assert.Equal(1, (await user.GetAsync("/api/v1/sessions?status=active")).Is(200).Number("total"));
        Assert.Equal(1, (await user.GetAsync("/api/v1/sessions?status=expired")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_session_that_was_just_taken_up_again_does_not_expire_at_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await AgeAsync(user, [session], days: 3);
        await service.RunAsync();
        Assert.Equal("expired", (await user.GetAsync(session)).Is(200).Text("status"));

        (await user.PostAsync($"{session}/restore", "")).Is(200);
        await service.RunAsync();

        Assert.Equal("active", (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task Several_instances_at_once_put_each_session_away_once_and_pass_over_one_that_is_in_use()
    {
        var user = service.AsNewUser();
        var sessions = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            sessions.Add(await user.StartSessionAsync());
        }

        await AgeAsync(user, sessions, days: 1.5);
        var before = await StatisticsAsync(user);
        await using var database = new TestDatabase(service.ConnectionString);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await using var use = connection.CreateCommand();
            use.CommandText = $"SELECT FROM dev.sessions WHERE user_id = '{user.UserId}' AND session_id = '{sessions[3][^36..]}' FOR NO KEY UPDATE";
            await use.ExecuteNonQueryAsync();

            await Task.WhenAll(service.RunAsync(), service.RunAsync(), service.RunAsync());
        }

        Assert.Equal(before.Number("active_sessions") - 39, (await StatisticsAsync(user)).Number("active_sessions"));
        Assert.Equal("active", (await user.GetAsync(sessions[3])).Is(200).Text("status"));
        Assert.Equal(39, (await user.GetAsync("/api/v1/sessions?status=expired")).Is(200).Number("total"));
        await service.RunAsync();
        Assert.Equal("expired", (await user.GetAsync(sessions[3])).Is(200).Text("status"));
    }

    [Fact]
    public async Task What_would_be_done_is_told_and_not_done()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await AgeAsync(user, [session], days: 3);

        var due = new List<DueSession>();
        await foreach (var one in service.Services.GetRequiredService<ISessionRetention>().FindDueAsync(CancellationToken.None))
        {
            due.Add(one);
        }

        var own = Assert.Single(due, one => one.UserId == user.UserId);
        Assert.Equal((ArchivalStep.Expire, "active"), (own.Step, own.Status));
        Assert.Equal("active", (await user.GetAsync(session)).Is(200).Text("status"));
        await service.RunAsync();
        Assert.Equal("expired", (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task What_was_done_is_counted_in_the_metrics()
    {
        var user = service.AsNewUser();
        string[] sessions = [await user.StartSessionAsync(), await user.StartSessionAsync()];
        await AgeAsync(user, sessions, days: 1.5);
        var before = Expired();

        await service.RunAsync();

        // The first round of the service itself may have been at it, and counts a moment later.
        await Eventually.IsSoAsync(() => Task.FromResult(Expired() == before + sessions.Length));

        long Expired() => service.ReadCounter("session_service.expired_sessions");
    }

    private static async Task<long> TokensUsedAsync(ApiClient user) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?bucket=month")).Is(200).Items("usage").Sum(bucket => bucket.Number("tokens"));

    private async Task AgeAsync(ApiClient user, IEnumerable<string> sessions, double days)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            UPDATE dev.sessions
            SET last_activity = now() - interval '1 day' * {days}, updated_at = now() - interval '1 day' * {days},
                archived_at = CASE WHEN archived_at IS NOT NULL THEN now() - interval '1 day' * {days} END,
                used_at = CASE WHEN used_at IS NOT NULL THEN now() - interval '1 day' * {days} END
            WHERE user_id = '{user.UserId}' AND session_id IN ({string.Join(',', sessions.Select(session => $"'{session[^36..]}'"))})
            """);
    }

    private static async Task<JsonElement> StatisticsAsync(ApiClient user) => (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
}
