using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Idempotency;

/// <summary>Keys of changes to user memories, and which operations take a key at all.</summary>
public sealed class UserMemoryKeysTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Made = """{"content":"Likes tea.","metadata":{"a":1,"b":{"c":2}},"importance":0.5}""";

    public static TheoryData<string, string?, string?> Changes => new()
    {
        { "PUT", """{"content":"Likes coffee.","metadata":{"a":1.50}}""", """{"content":"Likes water."}""" },
        { "PATCH", """{"content":"Likes coffee.","metadata":{"b":{"d":3}}}""", """{"content":"Likes coffee.","metadata":{"b":{"d":4}}}""" },
        { "PATCH", """{"importance":null}""", "{}" },
        { "PATCH", """{"content":"Likes tea."}""", """{"content":"Likes milk."}""" },
        { "DELETE", null, null },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task The_same_change_again_is_answered_as_the_first_time_and_makes_no_version(string method, string? body, string? other)
    {
        var (user, path) = await StartAsync();

        var first = await SendAsync(user, method, path, body, "key");
        var again = await SendAsync(user, method, path, body, "key");

        first.Is(200);
        Assert.False(first.Headers.ContainsKey("Idempotency-Replayed"));
        AssertIsReplay(first, again);
        if (other is not null)
        {
            var versions = (await user.GetAsync($"{path}/versions")).Is(200).Number("total");
            (await SendAsync(user, method, path, other, "key")).IsProblem(409, "idempotency_key_reused");
            (await SendAsync(user, "DELETE", path, null, "key")).IsProblem(409, "idempotency_key_reused");
            Assert.Equal(versions, (await user.GetAsync($"{path}/versions")).Is(200).Number("total"));
        }
    }

    [Fact]
    public async Task A_replay_tells_what_was_true_then()
    {
        var (user, path) = await StartAsync();
        var first = await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key");
        (await SendAsync(user, "PATCH", path, """{"content":"Likes water.","importance":1}""", null)).Is(200);

        var again = await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key");

        AssertIsReplay(first, again);
        Assert.Equal(first.Headers["ETag"], again.Headers["ETag"]);
        Assert.Equal("Likes water.", (await user.GetAsync(path)).Is(200).Text("content"));
    }

    [Fact]
    public async Task A_replay_needs_no_version_that_still_matches()
    {
        var (user, path) = await StartAsync();

        var first = await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key", "\"1\"");

        AssertIsReplay(first, await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key", "\"1\""));
        (await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "another", "\"1\"")).IsProblem(412, "precondition_failed");
        (await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "another", "\"2\"")).Is(200);
    }

    [Theory]
    [InlineData("PUT", """{"content":"Likes coffee."}""")]
    [InlineData("PATCH", """{"content":"Likes coffee."}""")]
    [InlineData("DELETE", null)]
    public async Task Of_any_number_of_equal_changes_at_once_one_is_made(string method, string? body)
    {
        var (user, path) = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => SendAsync(user, method, path, body, "one")));

        var made = Assert.Single(answers, answer => !answer.Headers.ContainsKey("Idempotency-Replayed"));
        Assert.All(answers.Where(answer => answer != made), answer => AssertIsReplay(made, answer));
        if (method != "DELETE")
        {
            Assert.Equal(2, (await user.GetAsync($"{path}/versions")).Is(200).Number("total"));
        }
    }

    [Fact]
    public async Task Of_changes_of_two_memories_at_once_with_one_key_one_is_made()
    {
        var (user, path) = await StartAsync();
        var other = await MemoryAsync(user);
        for (var i = 0; i < 10; i++)
        {
            var body = $$"""{"content":"Number {{i}}."}""";

            var answers = await Task.WhenAll(SendAsync(user, "PATCH", path, body, $"key-{i}"), SendAsync(user, "PATCH", other, body, $"key-{i}"));

            Assert.Single(answers, answer => answer.Status == 200);
            Assert.Single(answers, answer => answer.Status == 409).IsProblem(409, "idempotency_key_reused");
        }
    }

    [Fact]
    public async Task A_refused_change_leaves_its_key_free_and_a_deleted_memory_is_gone_for_replays_too()
    {
        var (user, path) = await StartAsync();
        (await SendAsync(user, "PATCH", path, """{"session_id":"0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0"}""", "key")).IsInvalid("session_id");
        (await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key")).Is(200);
        (await SendAsync(user, "DELETE", path, null, "deletion")).Is(200);

        (await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key")).IsProblem(404, "memory_not_found");
        (await SendAsync(user, "DELETE", path, null, "another")).IsProblem(404, "memory_not_found");
        Assert.Equal("true", (await SendAsync(user, "DELETE", path, null, "deletion")).Headers["Idempotency-Replayed"]);

        await using var database = new TestDatabase(service.ConnectionString);
        var kept = await database.QueryAsync($"SELECT answer FROM dev.idempotency_keys WHERE user_id = '{user.UserId}'");
        Assert.DoesNotContain(kept, answer => answer.Contains("coffee", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_of_other_users_are_other_keys()
    {
        var (user, path) = await StartAsync();
        var (other, others) = await StartAsync();

        (await SendAsync(user, "PATCH", path, """{"content":"Likes coffee."}""", "key")).Is(200);

        Assert.False((await SendAsync(other, "PATCH", others, """{"content":"Likes coffee."}""", "key")).Headers.ContainsKey("Idempotency-Replayed"));
    }

    [Fact]
    public async Task An_import_takes_no_key()
    {
        var user = service.AsNewUser();

        (await user.PostAsync("/api/v1/sessions/import", "{}", "key")).IsInvalid("idempotency_key");
    }

    [Theory]
    [InlineData("/star", "{}")]
    [InlineData("/archive", "{}")]
    [InlineData("/restore", "{}")]
    [InlineData("/memories/search", """{"query":"tea"}""")]
    public async Task What_is_safe_to_repeat_ignores_a_key(string subPath, string body)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PostAsync(session + subPath, body, "key")).Is(200);
        var again = await user.PostAsync(session + subPath, body, "key");

        again.Is(200);
        Assert.False(again.Headers.ContainsKey("Idempotency-Replayed"));
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""", "key")).Is(201);
    }

    [Fact]
    public async Task Every_POST_takes_a_key_but_those_that_are_safe_to_repeat()
    {
        var without = (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("post", out var post)
                && !(post.TryGetProperty("parameters", out var parameters)
                    && parameters.EnumerateArray().Any(parameter => parameter.Text("name") == "Idempotency-Key")))
            .Select(path => path.Name[path.Name.LastIndexOf('/')..]);

        Assert.Equal(["/archive", "/attachments", "/import", "/replay", "/restore", "/search", "/search", "/secret", "/star", "/test", "/webhooks", "/{conversation_id}"], without.Order(StringComparer.Ordinal));
    }

    private async Task<(ApiClient User, string Path)> StartAsync()
    {
        var user = service.AsNewUser();
        return (user, await MemoryAsync(user));
    }

    private static async Task<string> MemoryAsync(ApiClient user) =>
        $"/api/v1/users/{user.UserId}/memories/{(await user.PostAsync($"/api/v1/users/{user.UserId}/memories", Made)).Is(201).Text("memory_id")}";

    private static async Task<Answer> SendAsync(ApiClient user, string method, string path, string? body, string? key, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (ifMatch is not null)
        {
            request.Headers.Add("If-Match", ifMatch);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        }

        return await user.SendAsync(request);
    }

    private static void AssertIsReplay(Answer first, Answer again)
    {
        Assert.True(again.Status == first.Status, again.Text);
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(first.Text), JsonNode.Parse(again.Text)), again.Text);
    }
}
