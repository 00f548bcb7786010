using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Messages;

public sealed class MessagesEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_new_message_is_answered_as_the_contract_shows_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var answer = await user.PostAsync(
            $"{session}/messages",
            """
            {"role": "user", "content": "Hello, this is a test message", "message_type": "chat",
             "metadata": {"source": "test"}, "tokens_used": 10, "cost_usd": 0.001}
            """);

        JsonShape.AssertMatches(
            $$"""
            {"message_id": "<uuid>", "session_id": "<uuid>", "user_id": "{{user.UserId}}",
             "sequence": 1, "role": "user", "content": "Hello, this is a test message", "status": "completed", "message_type": "chat",
             "metadata": {"source": "test"}, "tokens_used": 10, "cost_usd": 0.001, "created_at": "<time>"}
            """,
            answer.Is(201));
        Assert.EndsWith(answer.Is(201).Text("session_id"), session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_location_of_a_new_message_leads_to_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        var created = await user.PostAsync($"{session}/messages", """{"role":"tool","content":"42"}""");
        await user.WriteMessageAsync(session);
        var read = (await user.GetAsync(created.Headers["Location"])).Is(200);

        JsonShape.AssertMatches(created.Is(201).GetRawText(), Assert.Single(read.Items("messages")));
    }

    [Fact]
    public async Task What_is_not_given_has_its_default()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var message = await user.WriteMessageAsync(
            session,
            """
            {"role":"assistant","content":" Hi ","message_type":null,"metadata":null,"tokens_used":null,"cost_usd":null,"created_at":null,
             "sequence":7,"user_id":"someone else","session_id":"other"}
            """);

        JsonShape.AssertMatches(
            $$"""
            {"message_id": "<uuid>", "session_id": "<uuid>", "user_id": "{{user.UserId}}", "sequence": 1, "role": "assistant",
             "content": " Hi ", "status": "completed", "message_type": "chat", "metadata": {}, "tokens_used": 0, "cost_usd": 0, "created_at": "<time>"}
            """,
            message);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("assistant")]
    [InlineData("system")]
    [InlineData("tool")]
    public async Task Every_role_may_speak(string role)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var message = await user.WriteMessageAsync(session, $$"""{"role":"{{role}}","content":"Hello"}""");

        Assert.Equal(role, message.Text("role"));
    }

    [Fact]
    public async Task A_message_moves_the_totals_of_its_session()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":10,"cost_usd":0.001}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"Hi","tokens_used":12,"cost_usd":0.0012}""");

        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal(2, read.Number("message_count"));
        Assert.Equal(22, read.Number("total_tokens"));
        Assert.Equal("0.0022", read.Raw("total_cost"));
    }

    [Fact]
    public async Task Equal_messages_are_two_messages()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var first = await user.WriteMessageAsync(session);
        var second = await user.WriteMessageAsync(session);

        Assert.NotEqual(first.Text("message_id"), second.Text("message_id"));
        Assert.Equal([1L, 2], [first.Number("sequence"), second.Number("sequence")]);
    }

    [Theory]
    [InlineData("""{}""", "role content")]
    [InlineData("""{"role":null,"content":null}""", "role content")]
    [InlineData("""{"role":"function","content":"Hello"}""", "role")]
    [InlineData("""{"role":"USER","content":"Hello"}""", "role")]
    [InlineData("""{"role":"user","content":""}""", "content")]
    [InlineData("""{"role":"user","content":" \n\t"}""", "content")]
    [InlineData("""{"role":"user","content":5}""", "content")]
    [InlineData("""{"role":"user","content":["a"]}""", "content[0]")]
    [InlineData("""{"role":"user","content":"Hello","message_type":""}""", "message_type")]
    [InlineData("""{"role":"user","content":"Hello","message_type":1}""", "message_type")]
    [InlineData("""{"role":"user","content":"Hello","metadata":[]}""", "metadata")]
    [InlineData("""{"role":"user","content":"Hello","metadata":"{}"}""", "metadata")]
    [InlineData("""{"role":"user","content":"Hello","tokens_used":-1}""", "tokens_used")]
    [InlineData("""{"role":"user","content":"Hello","tokens_used":1.5}""", "tokens_used")]
    [InlineData("""{"role":"user","content":"Hello","tokens_used":"10"}""", "tokens_used")]
    [InlineData("""{"role":"user","content":"Hello","tokens_used":2147483648}""", "tokens_used")]
    [InlineData("""{"role":"user","content":"Hello","cost_usd":-0.0000000001}""", "cost_usd")]
    [InlineData("""{"role":"user","content":"Hello","cost_usd":"0.1"}""", "cost_usd")]
    [InlineData("""{"role":"user","content":"Hello","cost_usd":10000000000}""", "cost_usd")]
    [InlineData("""{"role":"user","content":"Hello","cost_usd":1e400}""", "cost_usd")]
    [InlineData("""{"role":"user","content":"Hello","created_at":"2999-01-01T00:00:00Z"}""", "created_at")]
    [InlineData("""{"role":"user","content":"Hello","created_at":"1969-12-31T23:59:59Z"}""", "created_at")]
    [InlineData("""{"role":"user","content":"Hello","created_at":"2025-09-23 14:21:49"}""", "created_at")]
    [InlineData("""{"role":"user","content":"Hello","created_at":1758637309}""", "created_at")]
    [InlineData(
        """{"role":5,"content":"","message_type":[],"metadata":1,"tokens_used":-1,"cost_usd":true,"created_at":"now"}""",
        "role content message_type metadata tokens_used cost_usd created_at")]
    public async Task An_invalid_message_is_refused_by_every_field_at_fault(string body, string fields)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var before = (await user.GetAsync(session)).Text;

        var answer = await user.PostAsync($"{session}/messages", body);

        answer.IsInvalid(fields.Split(' '));
        Assert.Equal(before, (await user.GetAsync(session)).Text);
    }

    [Theory]
    [InlineData("m", 50, true)]
    [InlineData("m", 51, false)]
    [InlineData("😀", 50, true)]
    [InlineData("😀", 51, false)]
    public async Task A_type_may_have_50_code_points(string character, int count, bool valid)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var type = string.Concat(Enumerable.Repeat(character, count));

        var answer = await user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"Hello","message_type":"{{type}}"}""");

        if (valid)
        {
            Assert.Equal(type, answer.Is(201).Text("message_type"));
        }
        else
        {
            answer.IsInvalid("message_type");
        }
    }

    [Theory]
    [InlineData("a", 1024 * 1024, true)]
    [InlineData("a", (1024 * 1024) + 1, false)]
    [InlineData("😀", 256 * 1024, true)]
    [InlineData("😀", (256 * 1024) + 1, false)]
    public async Task Content_may_take_one_MiB_of_UTF_8(string character, int count, bool valid)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var content = string.Concat(Enumerable.Repeat(character, count));

        var answer = await user.PostAsync($"{session}/messages", $$"""{"role":"user","content":"{{content}}"}""");

        if (valid)
        {
            answer.Is(201);
            Assert.Equal(content, (await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].Text("content"));
        }
        else
        {
            answer.IsInvalid("content");
        }
    }

    [Fact]
    public async Task Content_that_is_escaped_throughout_still_fits()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var content = string.Concat(Enumerable.Repeat("\\u0041", 1024 * 1024));

        var message = await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{content}}"}""");

        Assert.Equal(new string('A', 1024 * 1024), message.Text("content"));
    }

    [Fact]
    public async Task Any_Unicode_text_is_returned_as_it_was_given()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        const string Content = "Grüße 你好 مرحبا \ud83d\ude00 👩‍👩‍👧 a\u0301 \u0001\u001f\u007f\u2028\uffff <b>&'\"\\";

        var created = await user.WriteMessageAsync(session, $$"""{"role":"user","content":{{System.Text.Json.JsonSerializer.Serialize(Content)}}}""");

        Assert.Equal(Content, created.Text("content"));
        Assert.Equal(Content, (await user.GetAsync($"{session}/messages")).Is(200).Items("messages")[0].Text("content"));
    }
}
