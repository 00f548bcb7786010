using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Search;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Messages.Packed;

public sealed class RedactionTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    private const string Secret = "My number is 4929-0000-0000-0006.";

    private static readonly string Message =
        $$$"""{"role":"user","content":"{{{Secret}}}","metadata":{"secret":"{{{Secret}}}"},"tokens_used":7,"cost_usd":0.0123,"message_type":"note"}""";

    [Fact]
    public async Task A_redacted_message_keeps_its_number_and_its_price_and_says_nothing()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.WriteMessageAsync(session, Message);
        var before = (await user.GetAsync(session)).Is(200);

        var redacted = (await user.DeleteAsync($"{session}/messages/1")).Is(200);

        Assert.Equal(("", "{}", 7, "0.0123", "note"), (
            redacted.Text("content"), redacted.Raw("metadata"), redacted.Number("tokens_used"), redacted.Raw("cost_usd"), redacted.Text("message_type")));
        Assert.Equal((message.Text("message_id"), message.Text("created_at")), (redacted.Text("message_id"), redacted.Text("created_at")));
        var listed = Assert.Single((await user.GetAsync($"{session}/messages")).Is(200).Items("messages"));
        JsonShape.AssertMatches(redacted.GetRawText(), listed);
        var after = (await user.GetAsync(session)).Is(200);
        foreach (var field in new[] { "message_count", "total_tokens", "total_cost", "last_activity" })
        {
            Assert.Equal(before.Raw(field), after.Raw(field));
        }

        Assert.True(after.Time("updated_at") >= redacted.Time("redacted_at"));
        Assert.Empty(await FindSecretAsync(user));
        var again = await user.DeleteAsync($"{session}/messages/1");
        JsonShape.AssertMatches(redacted.GetRawText(), again.Is(200));
    }

    [Fact]
    public async Task A_message_that_is_not_redacted_has_no_such_field()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        Assert.False((await user.WriteMessageAsync(session)).TryGetProperty("redacted_at", out _));
        Assert.False((await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].TryGetProperty("redacted_at", out _));
    }

    [Fact]
    public async Task A_message_is_redacted_where_it_is_packed_and_before_it_is()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(Message, 300))}}]}""")).Is(201);
        (await user.DeleteAsync($"{session}/messages/100")).Is(200);
        var others = (await user.GetAsync($"{session}/messages?after=200&before=250")).Text;
        await service.PackAsync();

        var packed = (await user.DeleteAsync($"{session}/messages/256")).Is(200);
        (await user.DeleteAsync($"{session}/messages/257")).Is(200);

        JsonShape.AssertMatches(packed.GetRawText(), (await user.DeleteAsync($"{session}/messages/256")).Is(200));
        var list = (await user.GetAsync($"{session}/messages?after=0&limit=1000")).Is(200).Items("messages");
        Assert.Equal([100L, 256, 257], list.Where(message => message.TryGetProperty("redacted_at", out _)).Select(message => message.Number("sequence")));
        Assert.Equal([100L, 256, 257], list.Where(message => message.Text("content").Length == 0).Select(message => message.Number("sequence")));
        Assert.All(list, message => Assert.Equal((7, "note"), (message.Number("tokens_used"), message.Text("message_type"))));
        Assert.Equal(others, (await user.GetAsync($"{session}/messages?after=200&before=250")).Text);
        Assert.Equal(300, (await user.GetAsync($"{session}/messages?message_type=note")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_message_sent_again_stays_redacted()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var own = Message.Replace("{\"role\"", $"{{\"message_id\":\"{Guid.NewGuid()}\",\"role\"", StringComparison.Ordinal);
        (await user.PostAsync($"{session}/messages", Message, "key")).Is(201);
        (await user.PostAsync($"{session}/messages", own)).Is(201);
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        (await user.DeleteAsync($"{session}/messages/2")).Is(200);

        foreach (var again in new[] { await user.PostAsync($"{session}/messages", Message, "key"), await user.PostAsync($"{session}/messages", own) })
        {
            Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
            Assert.Equal("", again.Is(201).Text("content"));
        }

        Assert.Empty(await FindSecretAsync(user));
        Assert.Equal(2, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task A_redaction_reaches_every_fork_that_holds_the_message_and_no_other_message()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(Message, 300))}}]}""")).Is(201);
        var packed = await ForkAsync(user, session, through: 300);
        var before = await ForkAsync(user, session, through: 99);
        await user.WriteMessageAsync(before, """{"role":"user","content":"Another hundredth"}""");
        await service.PackAsync();
        var late = await ForkAsync(user, session, through: 100);
        var ofFork = await ForkAsync(user, packed, through: 150);
        var lineage = Guid.NewGuid();
        var alleged = $$"""{"type":"session","session_id":"{{lineage}}","forked_from_session":"{{session[^36..]}}","forked_from_sequence":300}""";
        var ofAlleged = string.Join('\n', Enumerable.Range(1, 100).Select(n => $$"""{"type":"message","session_id":"{{lineage}}","role":"user","content":"{{n}}"}"""));
        (await user.ImportAsync($"{alleged}\n{ofAlleged}")).Is(200).Has("messages", created: 100);

        (await user.DeleteAsync($"{session}/messages/100")).Is(200);

        foreach (var reached in new[] { session, packed, late, ofFork })
        {
            var message = (await user.GetAsync($"{reached}/messages?after=99&limit=1")).Is(200).Items("messages")[0];
            Assert.Equal(("", true), (message.Text("content"), message.TryGetProperty("redacted_at", out _)));
            Assert.Equal(1, (await user.GetAsync($"{reached}/messages?after=0&limit=1000")).Is(200).Items("messages").Count(other => other.Text("content").Length == 0));
        }

        foreach (var (other, content) in new[] { (before, "Another hundredth"), ($"/api/v1/sessions/{lineage}", "100") })
        {
            Assert.Equal(content, (await user.GetAsync($"{other}/messages?after=99&limit=1")).Is(200).Items("messages")[0].Text("content"));
        }

        // A copy is a message of its own: the one that it was made of stays.
        (await user.DeleteAsync($"{packed}/messages/101")).Is(200);
        Assert.Equal(Secret, (await user.GetAsync($"{session}/messages?after=100&limit=1")).Is(200).Items("messages")[0].Text("content"));
    }

    [Fact]
    public async Task A_fork_under_way_and_a_redaction_wait_for_each_other()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, Message);
        await using var database = new TestDatabase(service.ConnectionString);
        Task<Answer> fork, redaction;
        await using (var connection = new NpgsqlConnection(service.ConnectionString))
        {
            await connection.OpenAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await service.Services.GetRequiredService<SearchSegments>().LockAsync(new Sql(connection), user.UserId, CancellationToken.None);

            fork = user.PostAsync($"{session}/fork", "{}");
            redaction = user.DeleteAsync($"{session}/messages/1");
            const string Waiting =
                """
                SELECT 1 FROM pg_locks
                WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
                """;
            while (await database.QueryAsync(Waiting) is not [_, _])
            {
                Assert.False(fork.IsCompleted || redaction.IsCompleted);
            }
        }

        (await redaction).Is(200);
        var forked = $"/api/v1/sessions/{(await fork).Is(201).Text("session_id")}";
        Assert.Equal("", (await user.GetAsync($"{forked}/messages")).Is(200).Items("messages")[0].Text("content"));
        Assert.Empty(await FindSecretAsync(user));
    }

    [Fact]
    public async Task A_redaction_changes_the_ETag_of_its_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, Message);
        var before = (await user.GetAsync(session)).Headers["ETag"];

        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        var after = (await user.GetAsync(session)).Headers["ETag"];
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);

        Assert.NotEqual(before, after);
        Assert.Equal(after, (await user.GetAsync(session)).Headers["ETag"]);
    }

    [Fact]
    public async Task Only_messages_that_are_there_and_the_callers_own_are_redacted()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, Message);

        (await service.AsNewUser().DeleteAsync($"{session}/messages/1")).IsProblem(404, "session_not_found");
        (await user.DeleteAsync($"/api/v1/sessions/{Guid.NewGuid()}/messages/1")).IsProblem(404, "session_not_found");
        (await user.DeleteAsync($"{session}/messages/0")).IsProblem(404, "message_not_found");
        (await user.DeleteAsync($"{session}/messages/-1")).IsProblem(404, "message_not_found");
        (await user.DeleteAsync($"{session}/messages/2")).IsProblem(404, "message_not_found");
        (await user.DeleteAsync($"{session}/messages/{long.MaxValue}")).IsProblem(404, "message_not_found");
        Assert.Equal(405, (await user.DeleteAsync($"{session}/messages")).Status);
        Assert.Equal(Secret, (await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].Text("content"));

        // An ended session's too.
        (await user.DeleteAsync(session)).Is(200);
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
    }

    private static async Task<string> ForkAsync(ApiClient user, string session, int through) =>
        $"/api/v1/sessions/{(await user.PostAsync($"{session}/fork", $$"""{"through_sequence":{{through}}}""")).Is(201).Text("session_id")}";

    /// <summary>The tables in which a text stands anywhere in a user's rows.</summary>
    private async Task<string[]> FindSecretAsync(ApiClient user)
    {
        await using var database = new TestDatabase(service.ConnectionString);
        var tables = await database.QueryAsync(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'dev' AND column_name = 'user_id' ORDER BY 1");
        var found = new List<string>();
        foreach (var table in tables)
        {
            found.AddRange(await database.QueryAsync(
                $"SELECT '{table}' FROM dev.{table} AS t WHERE t.user_id = '{user.UserId}' AND strpos(t::text, '4929-0000') > 0 LIMIT 1"));
        }

        return [.. found];
    }
}
