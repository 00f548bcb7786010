using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Memories;

public sealed class MemoriesEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_first_memory_is_created_and_answered_as_the_contract_shows_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);

        var answer = await user.PostAsync(
            $"{session}/memory",
            """
            {"memory_type": "conversation", "content": "User prefers concise technical explanations.",
             "metadata": {"category": "preferences", "importance": "high"}}
            """);

        JsonShape.AssertMatches(
            $$"""
            {"memory_id": "<uuid>", "session_id": "<uuid>", "user_id": "{{user.UserId}}", "memory_type": "conversation",
             "content": "User prefers concise technical explanations.", "metadata": {"category": "preferences", "importance": "high"},
             "user_preferences": {}, "ongoing_tasks": [], "total_messages": 2, "messages_since_last_summary": 0,
             "last_summary_at": "<time>", "created_at": "<time>", "updated_at": "<time>"}
            """,
            answer.Is(201));
        JsonShape.AssertMatches(answer.Text, (await user.GetAsync(answer.Headers["Location"])).Is(200));
        Assert.EndsWith(answer.Is(201).Text("session_id"), session, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_later_memory_replaces_the_first_and_keeps_its_id_and_age()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var first = (await user.PostAsync(
            $"{session}/memory",
            """{"memory_type":"profile","content":"First.","metadata":{"a":1},"user_preferences":{"b":2},"ongoing_tasks":[3]}""")).Is(201);

        var second = (await user.PostAsync($"{session}/memory", """{"content":"Second."}""")).Is(200);

        Assert.Equal(first.Text("memory_id"), second.Text("memory_id"));
        Assert.Equal(first.Text("created_at"), second.Text("created_at"));
        Assert.Equal("conversation", second.Text("memory_type"));
        Assert.Equal("Second.", second.Text("content"));
        Assert.Equal(("{}", "{}", "[]"), (second.Raw("metadata"), second.Raw("user_preferences"), second.Raw("ongoing_tasks")));
        JsonShape.AssertMatches(second.GetRawText(), (await user.GetAsync($"{session}/memory")).Is(200));
    }

    [Fact]
    public async Task A_memory_knows_the_messages_before_it_and_since()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        Assert.Equal((1, 0), Counts((await user.PostAsync($"{session}/memory", """{"content":"One."}""")).Is(201)));

        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);
        Assert.Equal((1, 2), Counts((await user.GetAsync($"{session}/memory")).Is(200)));

        Assert.Equal((3, 0), Counts((await user.PostAsync($"{session}/memory", """{"content":"Three."}""")).Is(200)));
        Assert.Equal((3, 0), Counts((await user.GetAsync($"{session}/memory")).Is(200)));
    }

    [Fact]
    public async Task Preferences_and_tasks_are_returned_as_they_were_given()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.PostAsync(
            $"{session}/memory",
            """{"content":"All.","user_preferences":{"language":"de","n":1.10},"ongoing_tasks":["send",{"due":1e2},[],null,1.50]}""")).Is(201);

        var memory = (await user.GetAsync($"{session}/memory")).Is(200);
        JsonShape.AssertMatches("""{"language":"de","n":1.10}""", memory.GetProperty("user_preferences"));
        JsonShape.AssertMatches("""["send",{"due":100},[],null,1.50]""", memory.GetProperty("ongoing_tasks"));
    }

    [Fact]
    public async Task Null_means_not_given_and_unknown_fields_are_ignored()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var memory = (await user.PostAsync(
            $"{session}/memory",
            """{"content":"All.","memory_type":null,"metadata":null,"user_preferences":null,"ongoing_tasks":null,"total_messages":9}""")).Is(201);

        Assert.Equal("conversation", memory.Text("memory_type"));
        Assert.Equal(("{}", "{}", "[]"), (memory.Raw("metadata"), memory.Raw("user_preferences"), memory.Raw("ongoing_tasks")));
        Assert.Equal(0, memory.Number("total_messages"));
    }

    [Fact]
    public async Task A_session_without_memory_answers_404()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        (await user.GetAsync($"{session}/memory")).IsProblem(404, "memory_not_found");
        Assert.False((await user.GetAsync($"{session}/summary")).Is(200).GetProperty("has_memory").GetBoolean());
    }

    [Theory]
    [InlineData("""{}""", "content")]
    [InlineData("""{"content":null}""", "content")]
    [InlineData("""{"content":""}""", "content")]
    [InlineData("""{"content":" \t\n"}""", "content")]
    [InlineData("""{"content":{}}""", "content")]
    [InlineData("""{"content":"All.","memory_type":""}""", "memory_type")]
    [InlineData("""{"content":"All.","memory_type":" "}""", "memory_type")]
    [InlineData("""{"content":"All.","metadata":[]}""", "metadata")]
    [InlineData("""{"content":"All.","user_preferences":[]}""", "user_preferences")]
    [InlineData("""{"content":"All.","user_preferences":"{}"}""", "user_preferences")]
    [InlineData("""{"content":"All.","ongoing_tasks":{}}""", "ongoing_tasks")]
    [InlineData("""{"content":"All.","ongoing_tasks":"[]"}""", "ongoing_tasks")]
    [InlineData(
        """{"memory_type":7,"content":"","metadata":1,"user_preferences":[],"ongoing_tasks":true}""",
        "memory_type content metadata user_preferences ongoing_tasks")]
    public async Task An_invalid_memory_is_refused_by_every_field_at_fault(string body, string fields)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/memory", """{"content":"Before."}""")).Is(201);

        (await user.PostAsync($"{session}/memory", body)).IsInvalid(fields.Split(' '));

        Assert.Equal("Before.", (await user.GetAsync($"{session}/memory")).Is(200).Text("content"));
    }

    [Theory]
    [InlineData("m", 100, true)]
    [InlineData("m", 101, false)]
    [InlineData("😀", 100, true)]
    [InlineData("😀", 101, false)]
    public async Task A_type_may_have_100_code_points(string character, int count, bool valid)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var type = string.Concat(Enumerable.Repeat(character, count));

        var answer = await user.PostAsync($"{session}/memory", $$"""{"content":"All.","memory_type":"{{type}}"}""");

        if (valid)
        {
            Assert.Equal(type, answer.Is(201).Text("memory_type"));
        }
        else
        {
            answer.IsInvalid("memory_type");
        }
    }

    [Fact]
    public async Task Of_many_first_memories_at_once_one_is_created_and_the_rest_replace_it()
    {
        var user = service.AsNewUser();
        for (var round = 0; round < 3; round++)
        {
            var session = await user.StartSessionAsync();

            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
                user.PostAsync($"{session}/memory", $$"""{"content":"{{i}}"}""")));

            var created = Assert.Single(answers, answer => answer.Status == 201).Is(201);
            Assert.All(answers.Where(answer => answer.Status != 201), answer =>
                Assert.Equal(created.Text("memory_id"), answer.Is(200).Text("memory_id")));
            Assert.Equal(created.Text("memory_id"), (await user.GetAsync($"{session}/memory")).Is(200).Text("memory_id"));
        }
    }

    [Fact]
    public async Task A_message_at_the_same_time_is_either_before_the_memory_or_since()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        // A message that waits long for the session, behind the memories, is refused.
        await Task.WhenAll(Enumerable.Range(0, 40).Select(i => i % 2 == 0
            ? (Task)user.PostAsync($"{session}/memory", """{"content":"All."}""")
            : user.WriteOnceAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")));

        var memory = (await user.GetAsync($"{session}/memory")).Is(200);
        Assert.Equal(20, memory.Number("total_messages") + memory.Number("messages_since_last_summary"));
    }

    private static (long Total, long Since) Counts(System.Text.Json.JsonElement memory) =>
        (memory.Number("total_messages"), memory.Number("messages_since_last_summary"));
}
