using System.Text.Json;
using SessionService.Infrastructure.Erasure;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;

namespace SessionService.IntegrationTests.Erasure;

public sealed class ErasureTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    [Fact]
    public async Task Every_table_with_a_user_is_known_to_the_erasure()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var tables = await database.QueryAsync(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'dev' AND column_name = 'user_id' ORDER BY 1");

        Assert.Equal(
            tables,
            UserTables.All.Select(table => table.Name).Append(UserTables.Sessions).Concat(UserTables.NotCounted).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task All_of_a_user_is_erased_and_nothing_of_another()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        var session = await FillAsync(user);
        var kept = await FillAsync(other);
        await service.PackAsync();
        await FillAsync(user);
        var statistics = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        var stored = (await user.GetAsync(Data(user))).Is(200);
        Assert.Equal((2, 602), (stored.Number("sessions"), stored.Number("messages")));
        var keptBefore = (await other.GetAsync($"{kept}/messages?after=0&limit=1000")).Text;

        var receipt = (await user.DeleteAsync(Data(user))).Is(200);

        foreach (var table in UserTables.All.Where(table => table.Name != "session_counts"))
        {
            // Of those there is one for each connection that wrote: the erasure may add to another than the writers did.
            Assert.Equal((table.Name, stored.GetProperty("rows").Number(table.Name)), (table.Name, receipt.GetProperty("rows").Number(table.Name)));
        }

        var rows = receipt.GetProperty("rows");
        Assert.Equal((2, 1, 346, 2, 4), (
            rows.Number("sessions"), rows.Number("message_segments"), rows.Number("session_messages"), rows.Number("session_memories"), rows.Number("idempotency_keys")));
        var after = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.Equal((2, 2, 602), (
            statistics.Number("total_sessions") - after.Number("total_sessions"),
            statistics.Number("active_sessions") - after.Number("active_sessions"),
            statistics.Number("total_messages") - after.Number("total_messages")));
        Assert.Equal(600 * 0.001m, statistics.GetProperty("total_cost").GetDecimal() - after.GetProperty("total_cost").GetDecimal());
        (await user.GetAsync(session)).IsProblem(404, "session_not_found");
        Assert.Equal(0, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));

        // The proof: a second look, and a second time.
        Assert.All(Counts((await user.GetAsync(Data(user))).Is(200)), count => Assert.Equal(0, count));
        Assert.All(Counts((await user.DeleteAsync(Data(user))).Is(200)), count => Assert.Equal(0, count));

        Assert.Equal(keptBefore, (await other.GetAsync($"{kept}/messages?after=0&limit=1000")).Text);
        Assert.Equal((1, 301), ((await other.GetAsync(Data(other))).Is(200).Number("sessions"), (await other.GetAsync(Data(other))).Is(200).Number("messages")));
    }

    [Fact]
    public async Task Nobody_erases_or_counts_another_users_data()
    {
        var user = service.AsNewUser();
        await user.StartSessionAsync();

        (await service.AsNewUser().DeleteAsync(Data(user))).IsProblem(403, "user_mismatch");
        (await service.AsNewUser().GetAsync(Data(user))).IsProblem(403, "user_mismatch");

        Assert.Equal(1, (await user.GetAsync(Data(user))).Is(200).Number("sessions"));
    }

    [Fact]
    public async Task What_is_written_meanwhile_is_kept_or_refused_and_always_counted_right()
    {
        var user = service.AsNewUser();
        string[] sessions = [.. await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => user.StartSessionAsync()))];
        var before = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);

        var erasure = user.DeleteAsync(Data(user));
        // Behind the erasure a message may wait too long.
        var writes = await Task.WhenAll(
            sessions.Select(session => user.PostOnceAsync($"{session}/messages", """{"role":"user","content":"Hello","tokens_used":1}""")));
        var receipt = (await erasure).Is(200);

        Assert.All(writes, write => Assert.Contains(write.Status, new[] { 201, 404 }));
        Assert.Equal((150, writes.Count(write => write.Status == 201)), (receipt.Number("sessions"), receipt.Number("messages")));
        var after = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.Equal(
            (before.Number("total_sessions") - 150, before.Number("total_messages"), before.Number("total_tokens")),
            (after.Number("total_sessions"), after.Number("total_messages"), after.Number("total_tokens")));
        Assert.All(Counts((await user.GetAsync(Data(user))).Is(200)), count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task What_a_memory_was_is_in_the_receipt_and_what_is_of_the_future_is_erased_too()
    {
        var user = service.AsNewUser();
        var memories = $"/api/v1/users/{user.UserId}/memories";
        var memory = (await user.PostAsync(memories, """{"content":"Likes tea."}""")).Is(201).Text("memory_id");
        (await user.PutAsync($"{memories}/{memory}", """{"content":"Likes coffee."}""")).Is(200);
        await user.StartSessionAsync();
        (await user.PostAsync(memories, """{"content":"Will like tea."}""")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        // The previous service took any time.
        await database.ExecuteAsync($"UPDATE dev.sessions SET created_at = '2099-01-01' WHERE user_id = '{user.UserId}'");
        await database.ExecuteAsync(
            $"UPDATE dev.user_memories SET created_at = '2099-01-01', updated_at = '2099-01-01' WHERE user_id = '{user.UserId}'");

        var rows = (await user.DeleteAsync(Data(user))).Is(200).GetProperty("rows");

        Assert.Equal((1, 2, 1), (rows.Number("sessions"), rows.Number("user_memories"), rows.Number("user_memory_versions")));
        Assert.All(Counts((await user.GetAsync(Data(user))).Is(200)), count => Assert.Equal(0, count));
    }

    [Fact]
    public async Task A_write_sent_again_after_its_session_is_gone_finds_no_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        const string Message = """{"role":"user","content":"Hello"}""";
        (await user.PostAsync($"{session}/messages", Message, "key")).Is(201);
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", "batch")).Is(201);
        await using var database = new TestDatabase(service.ConnectionString);
        // As an instance of an older version leaves it between two steps of an erasure.
        await database.ExecuteAsync($"DELETE FROM dev.sessions WHERE user_id = '{user.UserId}'");

        (await user.PostAsync($"{session}/messages", Message, "key")).IsProblem(404, "session_not_found");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", "batch")).IsProblem(404, "session_not_found");
    }

    private static string Data(ApiClient user) => $"/api/v1/users/{user.UserId}/data";

    private static IEnumerable<long> Counts(JsonElement data) =>
        [data.Number("sessions"), data.Number("messages"), .. data.GetProperty("rows").EnumerateObject().Select(table => table.Value.GetInt64())];

    /// <summary>A session with 301 messages and a memory, two of the writes with keys.</summary>
    private static async Task<string> FillAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync();
        var messages = string.Join(',', Enumerable.Range(0, 300).Select(n => $$"""{"role":"user","content":"Message {{n}}","tokens_used":2,"cost_usd":0.001}"""));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Keyed"}""", Guid.NewGuid().ToString())).Is(201);
        (await user.PostAsync($"{session}/memory", """{"content":"Remembered"}""", Guid.NewGuid().ToString())).Is(201);
        return session;
    }
}
