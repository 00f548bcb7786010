using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Forks;

public sealed class ForkTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_fork_begins_with_the_same_messages_under_ids_of_their_own_and_goes_on_by_itself()
    {
        var user = service.AsNewUser();
        var session = await ConversationAsync(user);

        var answer = await user.PostAsync($"{session}/fork", """{"through_sequence":2}""");
        var fork = answer.Is(201);
        var path = $"/api/v1/sessions/{fork.Text("session_id")}";
        await user.WriteMessageAsync(path, """{"role":"user","content":"another way","tokens_used":1,"cost_usd":0.5}""");

        Assert.Equal(path, answer.Headers["Location"]);
        Assert.Equal("active", fork.Text("status"));
        Assert.Equal((2, 3, 0.375m), (fork.Number("message_count"), fork.Number("total_tokens"), fork.GetProperty("total_cost").GetDecimal()));
        Assert.Equal("""{"kind": 1.50}""", fork.Raw("metadata"));
        Assert.Equal(session, $"/api/v1/sessions/{fork.GetProperty("forked_from").Text("session_id")}");
        Assert.Equal(2, fork.GetProperty("forked_from").Number("sequence"));
        var original = (await user.GetAsync($"{session}/messages")).Is(200).Items("messages");
        var copies = (await user.GetAsync($"{path}/messages")).Is(200).Items("messages");
        Assert.Equal(3, original.Count);
        Assert.Equal(["one", "two", "another way"], copies.Select(message => message.Text("content")));
        foreach (var (message, copy) in original.Zip(copies).Take(2))
        {
            Assert.NotEqual(message.Text("message_id"), copy.Text("message_id"));
            foreach (var name in new[] { "sequence", "role", "content", "message_type", "metadata", "tokens_used", "cost_usd", "created_at" })
            {
                Assert.Equal(message.Raw(name), copy.Raw(name));
            }
        }

        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await user.GetAsync(session)).Is(200).GetProperty("forked_from").ValueKind);
    }

    [Fact]
    public async Task The_memory_comes_along_where_it_tells_of_no_later_messages_and_the_summary_where_all_are_copied()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/memory", """{"content":"Two hellos."}""")).Is(201);
        (await user.PutAsync(session, """{"session_summary":"Hellos."}""")).Is(200);

        var whole = (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        var part = (await user.PostAsync($"{session}/fork", """{"through_sequence":1}""")).Is(201);

        Assert.Equal("Hellos.", whole.Text("session_summary"));
        Assert.Equal("", part.Text("session_summary"));
        var memory = (await user.GetAsync($"/api/v1/sessions/{whole.Text("session_id")}/memory")).Is(200);
        Assert.Equal(("Two hellos.", 2, 0), (memory.Text("content"), memory.Number("total_messages"), memory.Number("messages_since_last_summary")));
        (await user.GetAsync($"/api/v1/sessions/{part.Text("session_id")}/memory")).IsProblem(404, "memory_not_found");
    }

    [Fact]
    public async Task The_statistics_count_what_was_copied_once()
    {
        await using var own = new OwnService();
        await own.InitializeAsync();
        var user = own.AsNewUser();
        var session = await ConversationAsync(user);
        var before = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);

        (await user.PostAsync($"{session}/fork", "{}")).Is(201);

        var after = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.Equal((2, 2), (after.Number("total_sessions"), after.Number("active_sessions")));
        foreach (var name in new[] { "total_messages", "total_tokens", "total_cost" })
        {
            Assert.Equal(before.Raw(name), after.Raw(name));
        }

        Assert.Equal(7, await TokensUsedAsync(user));
        await own.DigestAsync();
        Assert.Equal(7, await TokensUsedAsync(user));
        Assert.Equal(2, (await user.GetAsync("/api/v1/sessions?active_only=true")).Is(200).Number("total"));
    }

    private static async Task<long> TokensUsedAsync(ApiClient user) =>
        (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?from=2019-12-01&bucket=month")).Is(200).Items("usage").Sum(bucket => bucket.Number("tokens"));

    [Fact]
    public async Task A_fork_with_a_key_is_made_once_however_often_it_is_sent()
    {
        var user = service.AsNewUser();
        var session = await ConversationAsync(user);

        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => user.PostAsync($"{session}/fork", """{"through_sequence":1}""", "fork-1")));

        Assert.Single(answers.Select(answer => answer.Is(201).Text("session_id")).Distinct(StringComparer.Ordinal));
        Assert.Equal(5, answers.Count(answer => answer.Headers.ContainsKey("Idempotency-Replayed")));
        Assert.Equal(2, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
        (await user.PostAsync($"{session}/fork", """{"through_sequence":2}""", "fork-1")).IsProblem(409, "idempotency_key_reused");
    }

    [Fact]
    public async Task What_cannot_be_forked_is_refused_and_leaves_nothing()
    {
        var user = service.AsNewUser();
        var session = await ConversationAsync(user);

        (await user.PostAsync($"{session}/fork", """{"through_sequence":4}""")).IsProblem(409, "sequence_not_reached");
        (await user.PostAsync($"{session}/fork", """{"through_sequence":0}""")).IsInvalid("through_sequence");
        (await service.AsNewUser().PostAsync($"{session}/fork", "{}")).IsProblem(404, "session_not_found");
        (await user.PostAsync($"/api/v1/sessions/{Guid.NewGuid()}/fork", "{}")).IsProblem(404, "session_not_found");

        Assert.Equal(1, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task An_ended_session_is_forked_into_an_active_one_and_an_export_keeps_the_lineage()
    {
        var user = service.AsNewUser();
        var session = await ConversationAsync(user);
        (await user.DeleteAsync(session)).Is(200);
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        var exported = await user.ExportAsync();

        Assert.Equal("active", fork.Text("status"));
        Assert.Contains(exported, line => line.Contains($"\"forked_from_session\":\"{fork.GetProperty("forked_from").Text("session_id")}\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task As_many_messages_as_a_fork_may_hold_are_copied_and_one_more_is_refused()
    {
        const int max = 100_000;
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT '{user.UserId}', '{session[^36..]}', n, gen_random_uuid(), 'user', 'message ' || n, 'chat', jsonb_build_object(), 1, 0.0000000001, now()
            FROM generate_series(1, {max + 1}) AS n;
            UPDATE dev.sessions SET message_count = {max + 1}, total_tokens = {max + 1}, total_cost = {max + 1} * 0.0000000001
            WHERE user_id = '{user.UserId}';
            """);

        (await user.PostAsync($"{session}/fork", "{}")).IsProblem(409, "fork_too_large");
        var fork = (await user.PostAsync($"{session}/fork", $$"""{"through_sequence":{{max}}}""")).Is(201);

        Assert.Equal(max, fork.Number("message_count"));
        const string copied = "sequence, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at";
        Assert.Equal(
            [$"{max + 1}"],
            await database.QueryAsync(
                $"""
                SELECT sequence FROM (
                    SELECT {copied} FROM dev.session_messages WHERE user_id = '{user.UserId}' AND session_id = '{session[^36..]}'
                    EXCEPT
                    SELECT {copied} FROM dev.session_messages WHERE user_id = '{user.UserId}' AND session_id = '{fork.Text("session_id")}') AS missing
                """));
    }

    private static async Task<string> ConversationAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync("""{"metadata":{"kind": 1.50}}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"one","tokens_used":1,"cost_usd":0.125,"metadata":{"a":1.0}}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"two","tokens_used":2,"cost_usd":0.25,"created_at":"2020-01-01T00:00:00.123456Z"}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"three","tokens_used":4}""");
        return session;
    }

    private sealed class OwnService : ApiFixture, IAsyncDisposable
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => DigestByHand.Settings;

        async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
    }
}
