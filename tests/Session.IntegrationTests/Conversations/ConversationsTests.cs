using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Conversations;

public sealed class ConversationsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Conversations = "/v1/conversations";

    [Fact]
    public async Task A_conversation_is_created_read_changed_and_deleted()
    {
        var user = service.AsNewUser();
        var before = service.Clock.GetUtcNow().ToUnixTimeSeconds();

        var created = (await user.PostAsync(Conversations, """{"metadata":{"topic":"demo"},"items":null}""")).Is(200);
        var path = $"{Conversations}/{created.Text("id")}";

        var seconds = created.Number("created_at");
        Assert.InRange(seconds, before, service.Clock.GetUtcNow().ToUnixTimeSeconds());
        JsonShape.AssertMatches(
            $$"""{"id": "{{created.Text("id")}}", "object": "conversation", "created_at": {{seconds}}, "metadata": {"topic": "demo"} }""", created);
        Assert.Matches("^conv_[0-9a-f]{32}$", created.Text("id"));
        JsonShape.AssertMatches(created.GetRawText(), (await user.GetAsync(path)).Is(200));

        var changed = (await user.PostAsync(path, """{"metadata":{"other":"x"}}""")).Is(200);
        Assert.Equal("""{"other":"x"}""", changed.GetProperty("metadata").GetRawText());
        Assert.Equal("{}", (await user.PostAsync(path, """{"metadata":null}""")).Is(200).GetProperty("metadata").GetRawText());

        JsonShape.AssertMatches(
            $$"""{"id": "{{created.Text("id")}}", "object": "conversation.deleted", "deleted": true}""", (await user.DeleteAsync(path)).Is(200));
        AssertError(await user.GetAsync(path), 404, "conversation_not_found");
        AssertError(await user.DeleteAsync(path), 404, "conversation_not_found");
        AssertError(await user.PostAsync($"{path}/items", """{"items":[]}"""), 404, "conversation_not_found");
    }

    [Fact]
    public async Task A_conversation_is_a_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"plan":"pro","level":3,"tags":["a"]}}""");
        var id = session.Split('/')[^1];

        var plain = $"{Conversations}/conv_{id.Replace("-", "", StringComparison.Ordinal)}";
        Assert.Equal("""{"plan":"pro"}""", (await user.GetAsync(plain)).Is(200).GetProperty("metadata").GetRawText());
        (await user.GetAsync($"{Conversations}/conv_{id}")).Is(200);
        (await user.PostAsync(plain, """{"metadata":{"plan":"free","level":"four"}}""")).Is(200);
        (await user.PostAsync($"{plain}/items", """{"items":[{"role":"user","content":"Hello"}]}""")).Is(200);

        var read = (await user.GetAsync(session)).Is(200);
        JsonShape.AssertMatches("""{"plan":"free","level":"four","tags":["a"]}""", read.GetProperty("metadata"));
        Assert.Equal(1, read.GetProperty("message_count").GetInt32());
        (await user.DeleteAsync(plain)).Is(200);
        (await user.GetAsync(session)).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task Every_route_refuses_a_parameter_that_it_does_not_have()
    {
        var user = service.AsNewUser();
        var operations = (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
            .Where(path => path.Name.StartsWith("/v1/", StringComparison.Ordinal))
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => (Method: new HttpMethod(operation.Name.ToUpperInvariant()), path.Name)))
            .ToList();

        Assert.Equal(8, operations.Count);
        foreach (var (method, path) in operations)
        {
            var filled = path.Replace("{conversation_id}", $"conv_{Guid.NewGuid()}", StringComparison.Ordinal)
                .Replace("{item_id}", "msg_1", StringComparison.Ordinal);
            var error = AssertError(
                await user.SendAsync(method, $"{filled}?rolle=tool", method == HttpMethod.Post ? "{}" : null), 400, "validation_failed");
            Assert.Equal("rolle", error.Text("param"));
        }
    }

    [Fact]
    public async Task Conversations_of_others_do_not_exist()
    {
        var (owner, other) = (service.AsNewUser(), service.AsNewUser());
        var conversation = await StartAsync(owner, """{"items":[{"role":"user","content":"Hello","id":"msg_1"}]}""");

        AssertError(await other.GetAsync(conversation), 404, "conversation_not_found");
        AssertError(await other.PostAsync(conversation, """{"metadata":{}}"""), 404, "conversation_not_found");
        AssertError(await other.DeleteAsync(conversation), 404, "conversation_not_found");
        AssertError(await other.GetAsync($"{conversation}/items"), 404, "conversation_not_found");
        AssertError(await other.GetAsync($"{conversation}/items?after=msg_1"), 404, "conversation_not_found");
        AssertError(await other.GetAsync($"{conversation}/items/msg_1"), 404, "conversation_not_found");
        AssertError(await other.DeleteAsync($"{conversation}/items/msg_1"), 404, "conversation_not_found");
        AssertError(
            await other.PostAsync($"{conversation}/items", """{"items":[{"role":"user","content":"x"}]}"""), 404, "conversation_not_found");
        (await owner.GetAsync($"{conversation}/items/msg_1")).Is(200);
    }

    [Theory]
    [InlineData("""{"metadata":{"k":1}}""", "metadata.k")]
    [InlineData("""{"metadata":[]}""", "metadata")]
    [InlineData("""{"items":{}}""", "items")]
    [InlineData("""{"items":["Hello"]}""", "items[0]")]
    [InlineData("""{"items":[{"content":"Hello"}]}""", "items[0].type")]
    [InlineData("""{"items":[{"type":"input_text","text":"Hello"}]}""", "items[0].type")]
    [InlineData("""{"items":[{"type":"","text":"Hello"}]}""", "items[0].type")]
    [InlineData("""{"items":[{"role":"tool","content":"Hello"}]}""", "items[0].role")]
    [InlineData("""{"items":[{"role":"user"}]}""", "items[0].content")]
    [InlineData("""{"items":[{"role":"user","content":["Hello"]}]}""", "items[0].content[0]")]
    [InlineData("""{"items":[{"type":"function_call","name":"f","arguments":"{}"}]}""", "items[0].call_id")]
    [InlineData("""{"items":[{"type":"function_call_output","call_id":"c"}]}""", "items[0].output")]
    [InlineData("""{"items":[{"type":"item_reference","id":"msg_1"}]}""", "items[0]")]
    [InlineData("""{"items":[{"role":"user","content":"a","id":7}]}""", "items[0].id")]
    [InlineData("""{"items":[{"role":"user","content":"a","id":"x"},{"role":"user","content":"b","id":"x"}]}""", "items[1].id")]
    [InlineData("""{"items":[{"role":"user","content":"a"},{"role":"user","content":"\u0000"}]}""", "items[1]")]
    public async Task What_that_API_refuses_is_refused(string json, string param)
    {
        var user = service.AsNewUser();

        var answer = await user.PostAsync(Conversations, json);

        var error = AssertError(answer, 400, "validation_failed");
        Assert.Equal(param, error.Text("param"));
        Assert.Equal(0, (await user.GetAsync("/api/v1/sessions")).Is(200).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Metadata_have_the_limits_of_that_API()
    {
        var user = service.AsNewUser();

        string Pairs(int count, int value = 1) =>
            $"{{\"metadata\":{{{string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"{new string('v', value)}\""))}}}}}";

        (await user.PostAsync(Conversations, Pairs(16, 512))).Is(200);
        AssertError(await user.PostAsync(Conversations, Pairs(17)), 400, "validation_failed");
        AssertError(await user.PostAsync(Conversations, Pairs(1, 513)), 400, "validation_failed");
        AssertError(
            await user.PostAsync(Conversations, $$"""{"metadata":{"{{new string('k', 65)}}":"v"} }"""), 400, "validation_failed");
        var conversation = await StartAsync(user);
        AssertError(await user.PostAsync(conversation, "{}"), 400, "validation_failed");
        AssertError(await user.PostAsync(conversation, Pairs(17)), 400, "validation_failed");
    }

    [Theory]
    [InlineData("conversations/7", 400)]
    [InlineData("conversations/conv_7", 400)]
    [InlineData("conversations/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", 400)]
    [InlineData("conversations/conv_a87a9d6e41374d418ab8a13c4abcc83e", 404)]
    [InlineData("conversations/conv_a87a9d6e41374d418ab8a13c4abcc83e?expand=1", 400)]
    [InlineData("conversations/conv_a87a9d6e41374d418ab8a13c4abcc83e/items?include[]=x", 400)]
    [InlineData("conversations/conv_a87a9d6e41374d418ab8a13c4abcc83e/items?order=up", 400)]
    [InlineData("conversations/conv_a87a9d6e41374d418ab8a13c4abcc83e/items?limit=x", 400)]
    [InlineData("conversations", 405)]
    [InlineData("responses", 404)]
    public async Task Errors_have_the_form_of_that_API(string path, int status) =>
        AssertError(await service.AsNewUser().GetAsync($"/v1/{path}"), status);

    [Fact]
    public async Task Wrong_bodies_have_the_form_of_that_API()
    {
        var user = service.AsNewUser();

        AssertError(await user.PostAsync(Conversations, "{"), 400, "invalid_json");
        using var text = new HttpRequestMessage(HttpMethod.Post, Conversations) { Content = new StringContent("{}") };
        AssertError(await user.SendAsync(text), 415, "unsupported_media_type");
        var error = AssertError(await service.AsNobody().PostAsync(Conversations, "{}"), 400, "validation_failed");
        Assert.Equal("user_id", error.Text("param"));
    }

    [Fact]
    public async Task A_conversation_created_twice_with_one_key_is_one_with_its_items_once()
    {
        var user = service.AsNewUser();
        const string Request = """{"items":[{"role":"user","content":"Hello"},{"type":"reasoning","id":"rs_1","summary":[]}]}""";

        var first = (await user.PostAsync(Conversations, Request, "key")).Is(200);
        var again = await user.PostAsync(Conversations, Request, "key");

        Assert.Equal(first.Text("id"), again.Is(200).Text("id"));
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        var items = (await user.GetAsync($"{Conversations}/{first.Text("id")}/items")).Is(200).Items("data");
        Assert.Equal(2, items.Count);
        AssertError(await user.PostAsync(Conversations, "{}", "key"), 409, "idempotency_key_reused");
    }

    internal static async Task<string> StartAsync(ApiClient user, string json = "{}") =>
        $"{Conversations}/{(await user.PostAsync(Conversations, json)).Is(200).Text("id")}";

    internal static JsonElement AssertError(Answer answer, int status, string? code = null, string type = "invalid_request_error")
    {
        var error = answer.Is(status).GetProperty("error");
        Assert.Equal("application/json", answer.ContentType);
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.Equal(type, error.Text("type"));
        Assert.NotEqual("", error.Text("message"));
        if (code is not null)
        {
            Assert.Equal(code, error.Text("code"));
        }

        return error;
    }
}
