using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Archival;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Messages.Packed;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Messages.Parts;

/// <summary>Messages with parts, through everything that keeps or carries messages.</summary>
public sealed class MessagePartsEndpointTests(PackingFixture service) : IClassFixture<PackingFixture>
{
    public static TheoryData<string, string, string, string, string> Samples => PartSamples.All;

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task Parts_come_back_as_they_were_given_with_the_text_and_type_that_follow(
        string source, string role, string parts, string text, string type)
    {
        var (user, session) = await StartAsync();

        var written = (await user.PostAsync($"{session}/messages", Message(role, parts))).Is(201);

        foreach (var message in new[] { written, (await user.GetAsync($"{session}/messages/1")).Is(200), (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").Single() })
        {
            Assert.Equal((source, parts), (source, message.GetProperty("parts").GetRawText()));
            Assert.Equal((text, type, "completed"), (message.Text("content"), message.Text("message_type"), message.Text("status")));
        }
    }

    [Fact]
    public async Task A_conversation_is_the_same_after_packing_export_import_and_fork()
    {
        var (user, session) = await StartAsync();
        var random = new Random(17);
        var samples = PartSamples.All.Select(row => (Role: (string)row[1], Parts: (string)row[2])).ToArray();
        for (var batch = 0; batch < 6; batch++)
        {
            var messages = Enumerable.Range(0, 50).Select(_ =>
            {
                var (role, parts) = samples[random.Next(samples.Length)];
                return random.Next(4) == 0
                    ? """{"role":"user","content":"A text."}"""
                    : Message(role, parts, ",\"name\":\"Ünal\",\"status\":\"incomplete\",\"tokens_used\":3");
            });
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{string.Join(',', messages)}}]}""")).Is(201);
        }

        var before = await MessagesAsync(user, session);
        Assert.NotEqual(0, await service.PackAsync());
        Assert.Equal(before, await MessagesAsync(user, session));

        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201).Text("session_id");
        Assert.Equal(Without(before, "message_id", "session_id"), Without(await MessagesAsync(user, $"/api/v1/sessions/{fork}"), "message_id", "session_id"));

        var lines = await user.ExportAsync();
        (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200);
        (await user.ImportAsync(lines)).Is(200).Has("messages", created: 600);
        Assert.Equal(before, await MessagesAsync(user, session));
        (await user.ImportAsync(lines)).Is(200).Has("messages", created: 0, unchanged: 600);
    }

    [Fact]
    public async Task What_a_chat_completion_holds_beside_its_content_becomes_parts()
    {
        var (user, session) = await StartAsync();

        var call = (await user.PostAsync($"{session}/messages", """
            {"role":"assistant","content":null,"tool_calls":[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Pula\"}"}}]}
            """)).Is(201);
        var result = (await user.PostAsync($"{session}/messages", """{"role":"tool","tool_call_id":"call_1","content":"Windy."}""")).Is(201);
        var refusal = (await user.PostAsync($"{session}/messages", """{"role":"assistant","content":"Well.","refusal":"No.","tool_calls":[]}""")).Is(201);

        Assert.Equal(("", "tool_call"), (call.Text("content"), call.Text("message_type")));
        Assert.Equal("""[{"id":"call_1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Pula\"}"}}]""", call.GetProperty("parts").GetRawText());
        Assert.Equal(("Windy.", "tool_result"), (result.Text("content"), result.Text("message_type")));
        Assert.Equal("""[{"type":"tool_result","tool_call_id":"call_1","content":"Windy."}]""", result.GetProperty("parts").GetRawText());
        Assert.Equal(("Well.\nNo.", "chat"), (refusal.Text("content"), refusal.Text("message_type")));
    }

    [Theory]
    [InlineData("assistant", "\"\"", 201)]
    [InlineData("assistant", "null", 201)]
    [InlineData("user", "null", 422)]
    [InlineData("tool", "\" \"", 201)]
    [InlineData("user", "\"\"", 422)]
    [InlineData("system", "\" \"", 422)]
    [InlineData("developer", "\" \"", 422)]
    [InlineData("developer", "\"Be brief.\"", 201)]
    [InlineData("user", """[{"type":"text","text":""}]""", 201)]
    public async Task Models_and_tools_may_answer_nothing_and_others_may_not_say_a_blank_text(string role, string content, int status)
    {
        var (user, session) = await StartAsync();

        var answer = await user.PostAsync($"{session}/messages", Message(role, content));

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData("[]", "content")]
    [InlineData("[7]", "content[0]")]
    [InlineData("""[{"type":"text","text":"a"},"b"]""", "content[1]")]
    [InlineData("""[{"words":"a"}]""", "content[0]")]
    [InlineData("""[{"type":"text","text":"a\u0000"}]""", "content[0]")]
    [InlineData("""[{"type":"image","media_type":"png","url":"https://example.org/a"}]""", "content[0]")]
    [InlineData("""[{"type":"text","text":"a"},{"type":"image","attachment_id":"7"}]""", "content[1]")]
    [InlineData("""[{"type":"image","attachment_id":"5c2f0b7e-6a43-4f0e-8d52-0d8e1f7a9c11"}]""", "content[0]")]
    [InlineData("""[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"###"}}]""", "content[0]")]
    [InlineData("7", "content")]
    [InlineData("{}", "content")]
    public async Task Parts_that_cannot_be_are_refused_by_index_and_nothing_is_stored(string content, string field)
    {
        var (user, session) = await StartAsync();

        var single = await user.PostAsync($"{session}/messages", Message("user", content));
        var batch = await user.PostAsync(
            $"{session}/messages/batch", $$"""{"messages":[{"role":"user","content":"Hello"},{{Message("user", content)}}]}""");

        Assert.Equal([field], single.IsProblem(422, "validation_failed").GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal([$"messages[1].{field}"], batch.IsProblem(422, "validation_failed").GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(0, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task A_message_has_at_most_a_thousand_parts()
    {
        var (user, session) = await StartAsync();

        (await user.PostAsync($"{session}/messages", Message("user", Parts(1_000)))).Is(201);
        (await user.PostAsync($"{session}/messages", Message("user", Parts(1_001)))).IsProblem(422, "validation_failed");

        static string Parts(int count) => $"[{string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", count))}]";
    }

    [Fact]
    public async Task The_same_message_with_parts_is_stored_once_and_another_under_its_id_is_refused()
    {
        var (user, session) = await StartAsync();
        var id = Guid.NewGuid();
        var parts = """[{"type":"text","text":"Hello"},{"type":"data","n":1}]""";
        string Of(string content) => $$"""{"message_id":"{{id}}","role":"user","name":"Ada","content":{{content}}}""";

        (await user.PostAsync($"{session}/messages", Of(parts))).Is(201);
        var again = await user.PostAsync($"{session}/messages", Of("""[ {"text":"Hello","type":"text"}, {"type":"data","n":1} ]"""));
        var other = await user.PostAsync($"{session}/messages", Of("""[{"type":"text","text":"Hello"},{"type":"data","n":2}]"""));

        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(parts, again.Is(201).GetProperty("parts").GetRawText());
        other.IsProblem(409, "message_id_taken");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_redaction_blanks_the_parts_and_the_name(bool isPacked)
    {
        var (user, session) = await StartAsync();
        for (var i = 0; i < (isPacked ? 300 : 1); i += 100)
        {
            var messages = string.Join(',', Enumerable.Repeat(Message("user", """[{"type":"text","text":"Secret"}]""", ",\"name\":\"Ada\""), isPacked ? 100 : 1));
            (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);
        }

        await service.PackAsync();
        var redacted = (await user.DeleteAsync($"{session}/messages/1")).Is(200);

        foreach (var message in new[] { redacted, (await user.GetAsync($"{session}/messages/1")).Is(200) })
        {
            Assert.Equal("", message.Text("content"));
            Assert.False(message.TryGetProperty("parts", out _) || message.TryGetProperty("name", out _), message.GetRawText());
        }
    }

    [Fact]
    public async Task Long_base64_becomes_an_attachment_and_comes_back_on_request()
    {
        var (user, session) = await StartAsync();
        var bytes = new byte[9_000];
        new Random(3).NextBytes(bytes);
        var url = $"data:image/png;base64,{Convert.ToBase64String(bytes)}";
        var parts = $$$"""[{"type":"text","text":"Look:"},{"type":"image_url","image_url":{"url":"{{{url}}}"}}]""";

        var written = (await user.PostAsync($"{session}/messages", Message("user", parts))).Is(201).GetProperty("parts");

        var reference = written[1].GetProperty("image_url").Text("url");
        Assert.StartsWith("data:image/png;base64,attachment:", reference, StringComparison.Ordinal);
        var id = reference.Split(':')[^1];
        var attachment = await user.GetAsync($"/api/v1/users/{user.UserId}/attachments/{id}");
        Assert.Equal((200, "image/png"), (attachment.Status, attachment.ContentType));
        Assert.Equal(parts, (await user.GetAsync($"{session}/messages/1?attachments=inline")).Is(200).GetProperty("parts").GetRawText());
        Assert.Equal(parts, (await user.GetAsync($"{session}/messages?attachments=inline")).Is(200).Items("messages").Single().GetProperty("parts").GetRawText());
        Assert.Equal(written.GetRawText(), (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").Single().GetProperty("parts").GetRawText());

        // Another user's id is none.
        var stranger = service.AsNewUser();
        var theirs = await stranger.StartSessionAsync();
        (await stranger.PostAsync($"{theirs}/messages", Message("user", written.GetRawText()))).IsProblem(422, "validation_failed");
    }

    [Fact]
    public async Task Many_places_that_refer_to_one_file_take_no_more_room_than_a_request_may_hold()
    {
        var (user, session) = await StartAsync();
        var base64 = Convert.ToBase64String(new byte[3_000_000]);
        var written = (await user.PostAsync($"{session}/messages", Message("user", $$"""[{"type":"image","media_type":"image/png","data":"{{base64}}"}]"""))).Is(201);
        var reference = written.GetProperty("parts")[0].Text("data");
        var parts = string.Join(',', Enumerable.Repeat($$"""{"type":"image","media_type":"image/png","data":"{{reference}}"}""", 100));
        (await user.PostAsync($"{session}/messages", Message("user", $"[{parts}]"))).Is(201);

        foreach (var path in new[] { $"{session}/messages/2?attachments=inline", $"{session}/messages?after=1&attachments=inline" })
        {
            var answer = await user.GetAsync(path);
            Assert.Equal(200, answer.Status);
            Assert.InRange(answer.Text.Length, 4 * base64.Length, 17 * 1024 * 1024);
        }
    }

    [Fact]
    public async Task A_repetition_of_a_message_that_was_redacted_keeps_no_file()
    {
        var (user, session) = await StartAsync();
        var message = Message("user", $$"""[{"type":"image","media_type":"image/png","data":"{{Convert.ToBase64String(new byte[9_001])}}"}]""");
        (await user.PostAsync($"{session}/messages", message, "key")).Is(201);
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        var before = (await user.GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows").GetRawText();

        var again = await user.PostAsync($"{session}/messages", message, "key");

        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(before, (await user.GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows").GetRawText());
    }

    [Theory]
    [InlineData("end", "", 409)]
    [InlineData("star", ",\"expected_sequence\":7", 409)]
    public async Task A_message_that_its_session_refuses_leaves_no_file_behind(string feature, string more, int status)
    {
        var (user, session) = await StartAsync();
        (await user.DoAsync(session, feature)).Is(200);
        var parts = $$"""[{"type":"image","media_type":"image/png","data":"{{Convert.ToBase64String(new byte[9_002])}}"}]""";

        var answer = await user.PostAsync($"{session}/messages", Message("user", parts, more));

        Assert.Equal(status, answer.Status);
        Assert.Equal(0, (await user.GetAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows").Number("attachments"));
    }

    [Theory]
    [InlineData(1_000, 1, 422)]
    [InlineData(999, 1, 201)]
    public async Task Calls_beside_the_content_count_among_the_parts(int parts, int calls, int status)
    {
        var (user, session) = await StartAsync();
        var content = string.Join(',', Enumerable.Repeat("""{"type":"text","text":"a"}""", parts));
        var called = string.Join(',', Enumerable.Repeat("""{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}""", calls));

        var answer = await user.PostAsync($"{session}/messages", $$"""{"role":"assistant","content":[{{content}}],"tool_calls":[{{called}}]}""");

        Assert.Equal(status, answer.Status);
    }

    [Theory]
    [InlineData(61)]
    [InlineData(62)]
    [InlineData(63)]
    public async Task A_deep_result_is_refused_or_read_and_sent_again(int depth)
    {
        var (user, session) = await StartAsync();
        var deep = string.Concat(Enumerable.Repeat("[", depth - 3)) + string.Concat(Enumerable.Repeat("]", depth - 3));
        var message = $$"""{"message_id":"{{Guid.NewGuid()}}","role":"tool","tool_call_id":"c","content":[{"type":"data","deep":{{deep}}}]}""";

        var answer = await user.PostAsync($"{session}/messages", message);
        var again = await user.PostAsync($"{session}/messages", message.Replace("data", "other", StringComparison.Ordinal));

        Assert.Contains(answer.Status, new[] { 201, 422 });
        Assert.Equal(answer.Status == 201 ? 409 : 422, again.Status);
        Assert.Equal(200, (await user.GetAsync($"{session}/context?format=anthropic")).Status);
        Assert.Equal(200, (await user.GetAsync($"{session}/context")).Status);
    }

    [Fact]
    public async Task A_clients_own_metadata_that_are_called_parts_stay_as_they_are()
    {
        var (user, session) = await StartAsync();
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hi","metadata":{"source":"web","parts":[{"id":1}]}}""")).Is(201);

        var message = (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").Single();

        Assert.False(message.TryGetProperty("parts", out _));
        Assert.True(message.GetProperty("metadata").TryGetProperty("parts", out _));
    }

    [Fact]
    public async Task A_search_looks_at_texts_and_results_and_at_nothing_else()
    {
        var (user, session) = await StartAsync();
        (await user.PostAsync($"{session}/messages", Message("assistant",
            """
            [{"type":"thinking","thinking":"elephants","signature":"rhinos"},{"type":"text","text":"giraffes"},
             {"type":"tool_use","id":"zebras","name":"lions","input":{"q":"hyenas"}},
             {"type":"tool_result","tool_use_id":"zebras","content":"antelopes"},
             {"type":"image","source":{"type":"base64","media_type":"image/png","data":"Y2hlZXRhaHM="}}]
            """))).Is(201);
        (await user.PostAsync($"{session}/messages", Message("assistant", """[{"type":"tool_use","id":"a","name":"ostriches","input":{}}]"""))).Is(201);

        foreach (var isDigested in new[] { false, true })
        {
            if (isDigested)
            {
                await service.DigestAsync();
            }

            foreach (var (word, found) in new[] { ("giraffes", 1), ("antelopes", 1), ("elephants", 0), ("rhinos", 0), ("zebras", 0), ("lions", 0), ("hyenas", 0), ("Y2hlZXRhaHM", 0) })
            {
                var hits = (await user.GetAsync($"/api/v1/sessions/search?q={word}")).Is(200).Items("results").Sum(result => result.Items("hits").Count);
                Assert.Equal((word, found), (word, hits));
            }

            var called = (await user.GetAsync("/api/v1/sessions/search?q=ostriches&in=tools")).Is(200).Items("results");
            Assert.Equal(1, called.Sum(result => result.Items("hits").Count));
            foreach (var (word, found) in new[] { ("lions", 1), ("hyen*", 1), ("giraffes", 0), ("antelopes", 0), ("zebras", 0) })
            {
                var results = (await user.GetAsync($"/api/v1/sessions/search?q={word}&in=tools")).Is(200).Items("results");
                Assert.Equal((word, found), (word, results.Sum(result => result.Items("hits").Count)));
            }
        }
    }

    private async Task<(ApiClient User, string Session)> StartAsync()
    {
        var user = service.AsNewUser();
        return (user, await user.StartSessionAsync());
    }

    private static string Message(string role, string content, string more = "") => $$"""{"role":"{{role}}","content":{{content}}{{more}}}""";

    private static async Task<string[]> MessagesAsync(ApiClient user, string session)
    {
        var messages = new List<string>();
        while ((await user.GetAsync($"{session}/messages?after={messages.Count}&limit=1000")).Is(200).Items("messages") is { Count: > 0 } page)
        {
            messages.AddRange(page.Select(message => message.GetRawText()));
        }

        return [.. messages];
    }

    private static IEnumerable<string> Without(IEnumerable<string> messages, params string[] fields) => messages.Select(message =>
    {
        var json = JsonNode.Parse(message)!.AsObject();
        Array.ForEach(fields, field => json.Remove(field));
        return json.ToJsonString();
    });
}
