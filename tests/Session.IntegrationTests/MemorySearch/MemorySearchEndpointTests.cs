using System.Text.Json;
using Npgsql;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.UserMemories;

namespace SessionService.IntegrationTests.MemorySearch;

public sealed class MemorySearchEndpointTests(MemorySearchEndpointTests.Fixture service) : IClassFixture<MemorySearchEndpointTests.Fixture>
{
    [Fact]
    public async Task A_message_is_found_and_answered_in_full()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.WriteMessageAsync(
            session, """{"role":"assistant","content":"The greyhound is called Comet.","metadata":{"n":1.10},"created_at":"2024-05-08T10:00:00Z"}""");

        var answer = (await SearchAsync(user, """{"query": "greyhound"}""")).Is(200);

        JsonShape.AssertMatches(
            $$"""
            {"query": "greyhound", "degraded": false, "results": [
              {"source": "messages", "score": {{answer.Items("results")[0].Raw("score")}}, "keyword_score": 0.7,
               "semantic_score": {{answer.Items("results")[0].Raw("semantic_score")}}, "prior": {{answer.Items("results")[0].Raw("prior")}}, "occurrences": 1,
               "session_id": "{{message.Text("session_id")}}", "sequence": 1, "message_id": "{{message.Text("message_id")}}", "memory_id": null,
               "role": "assistant", "content": "The greyhound is called Comet.", "metadata": {"n": 1.10}, "created_at": "2024-05-08T10:00:00.000000Z"}]}
            """,
            answer);
        // An assistant's answer, on its own: 0.7 of its words, the nearest without neighbours, and nothing else for or against it.
        Assert.Equal((0.7 + (0.48 / 2.4) + 0.25) / (1 + 0.48 + 1.45), answer.Items("results")[0].GetProperty("score").GetDouble(), 5);
    }

    [Fact]
    public async Task Memories_of_every_kind_are_found_beside_messages()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"I moved to Lisbon."}""");
        var ofSession = (await user.PostAsync($"{session}/memory", """{"content":"The user moved to Lisbon.","metadata":{"m":1}}""")).Is(201);
        var ofUser = (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), """{"content":"Lives in Lisbon."}""")).Is(201);

        var results = await ResultsAsync(user, """{"query": "Where in Lisbon does the user live?"}""");

        Assert.Equal(["memories", "messages", "session_memories"], results.Select(result => result.Text("source")).Order(StringComparer.Ordinal));
        Assert.Equal(ofUser.Text("memory_id"), results.Single(result => result.Text("source") == "memories").Text("memory_id"));
        Assert.Equal(ofSession.Text("memory_id"), results.Single(result => result.Text("source") == "session_memories").Text("memory_id"));
        Assert.Equal("Lives in Lisbon.", Assert.Single(await ResultsAsync(user, """{"query": "Lisbon", "sources": ["memories"]}""")).Text("content"));
    }

    [Fact]
    public async Task A_passage_is_found_by_its_meaning_without_a_word_in_common()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Quarterly revenue grew."}""");
        var other = await user.StartSessionAsync();
        await user.WriteMessageAsync(other, """{"role":"user","content":"Our puppy chewed the shoes."}""");

        var first = (await ResultsAsync(user, """{"query": "dog"}"""))[0];

        Assert.Equal("Our puppy chewed the shoes.", first.Text("content"));
        Assert.Equal(0, first.GetProperty("keyword_score").GetDouble());
    }

    [Fact]
    public async Task Days_and_speakers_are_found_as_words_are()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Off to work.","metadata":{"name":"Caroline"},"created_at":"2023-05-08T10:00:00Z"}""");
        var other = await user.StartSessionAsync();
        await user.WriteMessageAsync(other, """{"role":"user","content":"Off to work.","metadata":{"name":"Melanie"},"created_at":"2024-01-09T10:00:00Z"}""");

        Assert.Equal("Caroline", (await ResultsAsync(user, """{"query": "What was said on 8 May 2023?"}"""))[0].GetProperty("metadata").Text("name"));
        Assert.Equal("Melanie", (await ResultsAsync(user, """{"query": "What did Melanie say?"}"""))[0].GetProperty("metadata").Text("name"));
    }

    [Fact]
    public async Task The_same_is_found_before_and_after_the_digest()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 3; i++)
        {
            var messages = Enumerable.Range(0, 100).Select(n => $$"""{"role":"user","content":"Note {{(100 * i) + n}} about {{Topic(n)}}.","metadata":{"name":"Ann"} }""");
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
            if (i == 0)
            {
                await service.DigestAsync();
            }
        }

        var before = await SearchAsync(user, """{"query": "Which note is about astronomy and 205?", "top_k": 40}""");
        await service.DigestAsync();
        var after = await SearchAsync(user, """{"query": "Which note is about astronomy and 205?", "top_k": 40}""");

        Assert.Equal(40, before.Is(200).Items("results").Count);
        Assert.Equal("Note 205 about music.", before.Is(200).Items("results")[0].Text("content"));
        JsonShape.AssertMatches(before.Text, after.Is(200));

        static string Topic(int n) => (n % 4) switch { 0 => "cooking", 1 => "music", 2 => "sailing", _ => "astronomy" };
    }

    [Fact]
    public async Task Neighbours_lend_to_a_message_across_the_end_of_what_is_digested()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"What is the greyhound called?"}""");
        await service.DigestAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Comet."}""");

        var results = await ResultsAsync(user, """{"query": "greyhound"}""");

        Assert.Equal(["What is the greyhound called?", "Comet."], results.Select(result => result.Text("content")));
        Assert.Equal(0.8, results[1].GetProperty("keyword_score").GetDouble(), 5);
    }

    [Fact]
    public async Task What_is_acknowledged_is_found_at_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        for (var i = 0; i < 20; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"The code is xk{{i}}q."}""");
            Assert.Contains(await ResultsAsync(user, $$"""{"query": "xk{{i}}q"}"""), result => result.Number("sequence") == i + 1);
            if (i % 7 == 0)
            {
                await service.DigestAsync();
            }
        }
    }

    [Fact]
    public async Task A_changed_memory_is_found_as_it_is_and_a_deleted_one_is_not()
    {
        var user = service.AsNewUser();
        var path = UserMemoriesEndpointTests.PathOf(user);
        var id = (await user.PostAsync(path, """{"content": "Prefers tea."}""")).Is(201).Text("memory_id");
        (await user.PutAsync($"{path}/{id}", """{"content": "Prefers espresso."}""")).Is(200);

        Assert.Equal("Prefers espresso.", Assert.Single(await ResultsAsync(user, """{"query": "espresso"}""")).Text("content"));
        Assert.Equal(0, (await ResultsAsync(user, """{"query": "tea"}""")).Sum(result => result.GetProperty("keyword_score").GetDouble()));

        (await user.DeleteAsync($"{path}/{id}")).Is(200);
        Assert.Empty(await ResultsAsync(user, """{"query": "espresso"}"""));
    }

    [Fact]
    public async Task What_has_ceased_to_hold_is_found_only_where_it_is_asked_for()
    {
        var user = service.AsNewUser();
        var path = UserMemoriesEndpointTests.PathOf(user);
        (await user.PostAsync(path, """{"content": "Works at the harbour.", "valid_until": "2001-01-01T00:00:00Z"}""")).Is(201);
        (await user.PostAsync(path, """{"content": "Used to work at the harbour.", "valid_until": "2100-01-01T00:00:00Z"}""")).Is(201);

        Assert.Equal("Used to work at the harbour.", Assert.Single(await ResultsAsync(user, """{"query": "harbour"}""")).Text("content"));
        Assert.Equal(2, (await ResultsAsync(user, """{"query": "harbour", "include_expired": true}""")).Count);
    }

    [Fact]
    public async Task Filters_choose_what_may_be_found()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var id = session.Split('/')[^1];
        await user.WriteMessageAsync(session, """{"role":"user","content":"lighthouse one","metadata":{"k":{"a":1}},"created_at":"2020-01-01T00:00:00Z"}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"lighthouse two","created_at":"2021-01-01T00:00:00Z"}""");
        var other = await user.StartSessionAsync();
        await user.WriteMessageAsync(other, """{"role":"user","content":"lighthouse three","created_at":"2022-01-01T00:00:00Z"}""");
        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), $$"""{"content":"lighthouse four","memory_type":"episode","session_id":"{{id}}"}""")).Is(201);
        await AssertAllAsync();
        await service.DigestAsync();
        await AssertAllAsync();

        async Task AssertAllAsync()
        {
            Assert.Equal("four one three two", await FoundAsync(""));
            Assert.Equal("four one two", await FoundAsync($", \"session_id\": \"{id}\""));
            Assert.Equal("two", await FoundAsync(", \"role\": \"assistant\""));
            Assert.Equal("four", await FoundAsync(", \"memory_type\": \"episode\""));
            Assert.Equal("one", await FoundAsync(", \"metadata\": {\"k\": {\"a\": 1}}"));
            Assert.Equal("four three two", await FoundAsync(", \"created_after\": \"2021-01-01T00:00:00Z\""));
            Assert.Equal("one", await FoundAsync(", \"created_before\": \"2021-01-01T00:00:00Z\""));
            Assert.Equal("", await FoundAsync(", \"role\": \"user\", \"memory_type\": \"episode\""));
        }

        async Task<string> FoundAsync(string filters) => string.Join(
            ' ',
            (await ResultsAsync(user, $$"""{"query": "lighthouse"{{filters}}}""")).Select(result => result.Text("content").Split(' ')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_session_is_searched_alone_with_its_memory_and_what_came_from_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"lighthouse here"}""");
        (await user.PostAsync($"{session}/memory", """{"content":"lighthouse memory"}""")).Is(201);
        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), $$"""{"content":"lighthouse fact","session_id":"{{session.Split('/')[^1]}}"}""")).Is(201);
        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), """{"content":"lighthouse elsewhere"}""")).Is(201);
        await user.WriteMessageAsync(await user.StartSessionAsync(), """{"role":"user","content":"lighthouse there"}""");

        var found = (await user.PostAsync($"{session}/memories/search", """{"query": "lighthouse"}""")).Is(200).Items("results");

        Assert.Equal(["lighthouse fact", "lighthouse here", "lighthouse memory"], found.Select(result => result.Text("content")).Order(StringComparer.Ordinal));
        (await service.AsNewUser().PostAsync($"{session}/memories/search", """{"query": "lighthouse"}""")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task Nobody_finds_what_is_another_users()
    {
        var user = service.AsNewUser();
        var other = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), """{"role":"user","content":"unmistakable secret"}""");
        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), """{"content":"unmistakable secret"}""")).Is(201);

        Assert.Empty(await ResultsAsync(other, """{"query": "unmistakable secret"}"""));
        await service.DigestAsync();
        Assert.Empty(await ResultsAsync(other, """{"query": "unmistakable secret"}"""));
        (await other.PostAsync($"{UserMemoriesEndpointTests.PathOf(user)}/search", """{"query": "secret"}""")).IsProblem(403, "user_mismatch");
    }

    [Fact]
    public async Task A_redacted_message_is_no_answer_whenever_it_was_redacted()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        foreach (var content in new[] { "What is the greyhound called?", "Comet.", "Comet is the greyhound." })
        {
            await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content }));
        }

        (await user.DeleteAsync($"{session}/messages/2")).Is(200);
        await AssertAsync();
        await service.DigestAsync();
        await AssertAsync();

        async Task AssertAsync() => Assert.Equal(
            [1L, 3L], (await ResultsAsync(user, """{"query": "greyhound user"}""")).Select(result => result.Number("sequence")).Order());
    }

    [Fact]
    public async Task An_answer_ends_early_where_texts_are_long()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 12; i++)
        {
            var content = $"lighthouse {i:D2} " + new string('x', (1024 * 1024) - 14);
            (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), JsonSerializer.Serialize(new { content }))).Is(201);
        }

        Assert.Equal(7, (await ResultsAsync(user, """{"query": "lighthouse", "top_k": 12}""")).Count);
    }

    [Fact]
    public async Task What_an_older_version_wrote_is_found_as_what_this_one_writes()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/memory", """{"content":"The lighthouse keeper's dog. A dog!"}""")).Is(201);
        foreach (var content in new[] { "The dog of the lighthouse.", "Ünïcode lighthouses 灯台", "A puppy." })
        {
            (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), JsonSerializer.Serialize(new { content }))).Is(201);
        }

        const string Question = """{"query": "Whose dog is in the unicode lighthouse 灯台?"}""";
        var before = await SearchAsync(user, Question);
        await using (var database = NpgsqlDataSource.Create(service.ConnectionString))
        {
            foreach (var table in new[] { "user_memories", "session_memories" })
            {
                await using var command = database.CreateCommand($"UPDATE dev.{table} SET words = NULL, vector = NULL WHERE user_id = $1");
                command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = user.UserId });
                await command.ExecuteNonQueryAsync();
            }
        }

        Assert.Equal(4, before.Is(200).Items("results").Count);
        JsonShape.AssertMatches(before.Text, (await SearchAsync(user, Question)).Is(200));
    }

    [Fact]
    public async Task A_name_that_says_nothing_is_no_speaker()
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), """{"role":"user","content":"Off to work.","metadata":{"name":" "} }""");

        Assert.Single(await ResultsAsync(user, """{"query": "user"}"""), result => result.GetProperty("keyword_score").GetDouble() == 1);
    }

    [Fact]
    public async Task What_is_said_over_and_over_is_there_once_as_it_was_said_last_with_the_number_of_times()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var day = 1; day <= 15; day++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"Feed the greyhound.","metadata":{"n":{{day}}},"created_at":"2024-05-{{day:D2}}T10:00:00Z"}""");
        }

        await user.WriteMessageAsync(session, """{"role":"user","content":"Feed the greyhound.","metadata":{"name":"Ada"},"created_at":"2024-04-01T10:00:00Z"}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"The greyhound is called Comet.","created_at":"2024-04-02T10:00:00Z"}""");
        await AssertAsync();
        await service.DigestAsync();
        await AssertAsync();

        async Task AssertAsync()
        {
            var results = await ResultsAsync(user, """{"query": "greyhound", "top_k": 3}""");
            Assert.Equal(
                ["Feed the greyhound. 1 16", "Feed the greyhound. 15 15", "The greyhound is called Comet. 1 17"],
                results.Select(result => $"{result.Text("content")} {result.Number("occurrences")} {result.Number("sequence")}").Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public async Task In_a_chat_the_user_is_found_before_the_assistant_who_says_the_same_at_length()
    {
        var user = service.AsNewUser();
        foreach (var (role, content) in new[] { ("assistant", "The deadline of the report is near, so plan the report well."), ("user", "The report has a deadline on Friday.") })
        {
            await user.WriteMessageAsync(await ChatAsync(), JsonSerializer.Serialize(new { role, content }));
        }

        await AssertAsync();
        await service.DigestAsync();
        await AssertAsync();

        async Task AssertAsync() => Assert.Equal(
            ["user", "assistant"],
            (await ResultsAsync(user, """{"query": "When is the deadline of the report?", "top_k": 2}""")).Select(result => result.Text("role")));

        async Task<string> ChatAsync()
        {
            var session = await user.StartSessionAsync();
            await user.WriteMessageAsync(session, """{"role":"assistant","content":"Hello!"}""");
            return session;
        }
    }

    [Fact]
    public async Task An_assistant_with_a_name_of_its_own_is_one_of_several_people()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"The report is done.","name":"Planner"}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"The report is wrong.","name":"Critic"}""");

        Assert.Equal("The report is wrong.", (await ResultsAsync(user, """{"query": "What does Critic say about the report?"}"""))[0].Text("content"));
        Assert.Equal("The report is done.", (await ResultsAsync(user, """{"query": "What does Planner say about the report?"}"""))[0].Text("content"));
    }

    [Fact]
    public async Task A_spread_has_passages_of_all_times_the_earliest_first()
    {
        var user = service.AsNewUser();
        for (var month = 1; month <= 4; month++)
        {
            var session = await user.StartSessionAsync();
            for (var day = 1; day <= 5; day++)
            {
                var content = month == 2 ? $"The garden: the garden plan, part {day}." : $"Something of {month}/{day} and the garden, and much more that has nothing to do with it.";
                await user.WriteMessageAsync(session, JsonSerializer.Serialize(new { role = "user", content, created_at = $"2024-{month:D2}-{day:D2}T10:00:00Z" }));
            }
        }

        var months = (await ResultsAsync(user, """{"query": "garden plan", "top_k": 8, "mode": "spread"}""")).Select(result => result.Text("created_at")[..7]);
        Assert.Equal(["2024-01", "2024-01", "2024-02", "2024-02", "2024-03", "2024-03", "2024-04", "2024-04"], months);
        Assert.Equal("2024-02", (await ResultsAsync(user, """{"query": "garden plan", "mode": "best"}"""))[0].Text("created_at")[..7]);
    }

    [Theory]
    [InlineData("'; DROP TABLE dev.sessions; --")]
    [InlineData("a & b | !c <-> (d) :* ''' \\\\ %_")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("日本語 😀 ﬁ")]
    [InlineData("the of and")]
    [InlineData("?!")]
    public async Task Whatever_is_asked_is_only_words(string query)
    {
        var user = service.AsNewUser();
        await user.WriteMessageAsync(await user.StartSessionAsync(), JsonSerializer.Serialize(new { role = "user", content = query + " lighthouse" }));

        (await SearchAsync(user, JsonSerializer.Serialize(new { query }))).Is(200);
        Assert.NotEmpty(await ResultsAsync(user, JsonSerializer.Serialize(new { query = query + " lighthouse" })));
    }

    [Theory]
    [InlineData("{}", "query")]
    [InlineData("""{"query": " "}""", "query")]
    [InlineData("""{"query": "x", "top_k": 0}""", "top_k")]
    [InlineData("""{"query": "x", "top_k": 101}""", "top_k")]
    [InlineData("""{"query": "x", "mode": "worst"}""", "mode")]
    [InlineData("""{"query": "x", "sources": []}""", "sources")]
    [InlineData("""{"query": "x", "sources": ["message"]}""", "sources")]
    [InlineData("""{"query": "x", "sources": "messages"}""", "sources")]
    [InlineData("""{"query": "x", "sources": ["\ud800"]}""", "sources")]
    [InlineData("""{"query": "x", "sources": [null]}""", "sources")]
    [InlineData("""{"query": "x", "metadata": 1}""", "metadata")]
    [InlineData("""{"query": "x", "role": "robot"}""", "role")]
    public async Task What_is_wrong_with_a_question_is_named(string json, string field)
    {
        (await SearchAsync(service.AsNewUser(), json)).IsInvalid(field);
    }

    [Fact]
    public async Task A_question_may_be_long_but_not_too_long()
    {
        var user = service.AsNewUser();

        (await SearchAsync(user, JsonSerializer.Serialize(new { query = new string('x', 4_001) }))).IsInvalid("query");
        (await SearchAsync(user, JsonSerializer.Serialize(new { query = string.Join(' ', Enumerable.Range(0, 800).Select(i => $"w{i:D3}")) }))).Is(200);
    }

    [Fact]
    public async Task A_text_with_more_words_than_a_vector_of_the_database_holds_is_stored_and_found()
    {
        var user = service.AsNewUser();
        var content = "lighthouse " + string.Join(' ', Enumerable.Range(0, 120_000).Select(i => $"w{i:x}"));

        (await user.PostAsync(UserMemoriesEndpointTests.PathOf(user), JsonSerializer.Serialize(new { content }))).Is(201);

        Assert.Single(await ResultsAsync(user, """{"query": "lighthouse"}"""));
    }

    private static Task<Answer> SearchAsync(ApiClient user, string json) =>
        user.PostAsync($"{UserMemoriesEndpointTests.PathOf(user)}/search", json);

    private static async Task<IReadOnlyList<JsonElement>> ResultsAsync(ApiClient user, string json) => (await SearchAsync(user, json)).Is(200).Items("results");

    public sealed class Fixture : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => DigestByHand.Settings;
    }
}
