using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Idempotency;

public sealed class IdempotencyKeyTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Message = """{"role":"user","content":"Hello","metadata":{"a":1.50},"tokens_used":10,"cost_usd":0.001}""";
    private const string Sessions = "/api/v1/sessions";

    public static TheoryData<string, string, string> Writes => new()
    {
        { "", """{"metadata":{"a":1.50}}""", """{"metadata":{"a":2}}""" },
        { "/messages", Message, """{"role":"user","content":"Bye"}""" },
        { "/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""", $$"""{"messages":[{{Message}}]}""" },
        { "/memory", """{"content":"All."}""", """{"content":"Nothing."}""" },
    };

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task The_same_request_again_is_answered_as_the_first_time_and_makes_nothing(string subPath, string body, string other)
    {
        var user = service.AsNewUser();
        var path = await PathAsync(user, subPath);

        var first = await user.PostAsync(path, body, "key-1");
        var again = await user.PostAsync(path, body, "key-1");

        Assert.Equal(201, first.Status);
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.True(again.Status == 201, again.Text);
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(first.Headers["Location"], again.Headers["Location"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(first.Text), JsonNode.Parse(again.Text)), again.Text);
        (await user.PostAsync(path, other, "key-1")).IsProblem(409, "idempotency_key_reused");
        var others = await user.PostAsync(path, body, "key-2");
        Assert.True(others.Status is 200 or 201, others.Text);
        Assert.False(others.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task Of_any_number_of_equal_requests_at_once_one_is_made(string subPath, string body, string other)
    {
        var user = service.AsNewUser();
        var path = await PathAsync(user, subPath);

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => user.PostAsync(path, i == 23 ? other : body, "one")));

        var made = Assert.Single(answers, answer => answer.Status == 201 && !answer.Headers.ContainsKey("Idempotency-Replayed"));
        var same = answers[23] == made ? [made] : answers[..23];
        Assert.All(same, answer => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(made.Text), JsonNode.Parse(answer.Text)), answer.Text));
        Assert.All(answers.Except(same), answer => answer.IsProblem(409, "idempotency_key_reused"));
    }

    [Fact]
    public async Task What_is_made_once_is_counted_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => user.PostAsync($"{session}/messages", Message, $"key-{i % 10}")));

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(10, read.Number("message_count"));
        Assert.Equal(100, read.Number("total_tokens"));
        Assert.Equal("0.01", read.Raw("total_cost"));
        var listed = (await user.GetAsync($"{session}/messages")).Is(200);
        Assert.Equal(Enumerable.Range(1, 10).Select(n => (long)n), listed.Items("messages").Select(message => message.Number("sequence")));
    }

    [Fact]
    public async Task A_replay_needs_no_session_that_still_takes_messages()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var first = (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","expected_sequence":1}""", "key")).Is(201);
        await user.WriteMessageAsync(session);
        (await user.DeleteAsync(session)).Is(200);

        var again = (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","expected_sequence":1}""", "key")).Is(201);

        Assert.Equal(first.Raw("message_id"), again.Raw("message_id"));
        Assert.Equal(1, again.Number("sequence"));
        (await user.PostAsync($"{session}/messages", Message, "another")).IsProblem(409, "session_ended");
    }

    [Fact]
    public async Task A_refused_write_leaves_its_key_free()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","expected_sequence":2}""", "key")).IsProblem(409, "sequence_mismatch");
        await user.WriteMessageAsync(session);
        var made = await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello","expected_sequence":2}""", "key");

        Assert.Equal(2, made.Is(201).Number("sequence"));
        Assert.False(made.Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Fact]
    public async Task A_replay_of_a_memory_tells_what_was_true_then()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var first = (await user.PostAsync($"{session}/memory", """{"content":"One."}""", "one")).Is(201);
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/memory", """{"content":"Two."}""", "two")).Is(200);

        var again = (await user.PostAsync($"{session}/memory", """{"content":"One."}""", "one")).Is(201);
        var replaced = await user.PostAsync($"{session}/memory", """{"content":"Two."}""", "two");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(first.GetRawText()), JsonNode.Parse(again.GetRawText())), again.GetRawText());
        Assert.Equal("Two.", replaced.Is(200).Text("content"));
        Assert.Equal("Two.", (await user.GetAsync($"{session}/memory")).Is(200).Text("content"));
    }

    [Fact]
    public async Task A_created_session_is_found_by_its_key_though_its_id_is_taken_now()
    {
        var user = service.AsNewUser();
        var body = $$"""{"session_id":"{{Guid.NewGuid()}}"}""";

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.PostAsync(Sessions, body, "key")));

        Assert.All(answers, answer => answer.Is(201));
        (await user.PostAsync(Sessions, body)).IsProblem(409, "session_id_taken");
        (await user.PostAsync(Sessions, body, "another")).IsProblem(409, "session_id_taken");
    }

    [Fact]
    public async Task Keys_of_other_users_and_other_operations_are_other_keys()
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var othersSession = await other.StartSessionAsync();

        (await user.PostAsync($"{session}/messages", Message, "key")).Is(201);

        Assert.Equal(1, (await other.PostAsync($"{othersSession}/messages", Message, "key")).Is(201).Number("sequence"));
        (await other.PostAsync($"{session}/messages", Message, "new key")).IsProblem(404, "session_not_found");
        (await user.PostAsync($"{await user.StartSessionAsync()}/messages", Message, "key")).IsProblem(409, "idempotency_key_reused");
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""", "key")).IsProblem(409, "idempotency_key_reused");
        (await user.PostAsync(Sessions, "{}", "key")).IsProblem(409, "idempotency_key_reused");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\tb")]
    [InlineData("schlüssel")]
    [InlineData("256")]
    public async Task A_key_that_is_none_is_refused_with_all_else_that_is_wrong(string key)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var refused = await user.PostAsync($"{session}/messages", """{"role":"nobody","content":"Hello"}""", key == "256" ? new string('k', 256) : key);

        refused.IsInvalid("idempotency_key", "role");
    }

    [Fact]
    public async Task A_key_may_be_any_printable_text()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var key in new[] { "x", new string('k', 255), "\"quoted, with; marks\"", "'; DROP TABLE dev.sessions; --" })
        {
            (await user.PostAsync($"{session}/messages", Message, key)).Is(201);
            Assert.Equal("true", (await user.PostAsync($"{session}/messages", Message, key)).Headers["Idempotency-Replayed"]);
        }
    }

    private static async Task<string> PathAsync(ApiClient user, string subPath) =>
        subPath.Length == 0 ? Sessions : await user.StartSessionAsync() + subPath;
}
