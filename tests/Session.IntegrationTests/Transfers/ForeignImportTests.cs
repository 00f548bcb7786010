using System.IO.Compression;
using System.Text;
using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

public sealed class ForeignImportTests(TransferFixture service) : IClassFixture<TransferFixture>
{
    private const string Json = "application/json";

    [Theory]
    [InlineData("stop")]
    [InlineData("skip")]
    public async Task A_conversation_that_went_another_way_stays_as_it_is_and_what_came_is_a_branch(string onError)
    {
        var user = service.AsNewUser();
        var first = ChatGpt("fruit", "Name one", "Apple", "Red?", "Yes");
        var later = ChatGpt("fruit", "Name one", "Banana#2", "Yellow?#2", "Mostly#2", "How do I peel it?#2");
        (await user.ImportAsync($"[{first}]", type: Json)).Is(200);

        var answer = (await user.ImportAsync($"[{later},{ChatGpt("tea", "Tea?", "Yes")}]", onError, Json)).Is(200);

        var session = (await FindAsync(user, "fruit")).Text("session_id");
        Assert.Equal(["Name one", "Apple", "Red?", "Yes"], await SaidAsync(user, session));
        Assert.Equal(["Tea?", "Yes"], await SaidAsync(user, (await FindAsync(user, "tea")).Text("session_id")));
        var diverged = Assert.Single(answer.Items("diverged_sessions"));
        Assert.Equal((session, 2), (diverged.Text("session_id"), diverged.Number("sequence")));
        Assert.Empty(answer.Items("errors"));
        answer.Has("messages", created: 6, unchanged: 1);
        var branch = diverged.Number("branch_id");
        Assert.Equal(
            ["Name one", "Banana", "Yellow?", "Mostly", "How do I peel it?"], await SaidAsync(user, session, $"?branch={branch}"));
        (await user.ImportAsync($"[{later}]", onError, Json)).Is(200).Has("messages", created: 0, unchanged: 5);
        (await user.ImportAsync($"[{ChatGpt("fruit", "Name one", "Banana#2", "Yellow?#2", "Mostly#2", "How do I peel it?#2", "So#2")}]", onError, Json)).Is(200)
            .Has("messages", created: 1, unchanged: 5);
        Assert.Equal(2, (await user.GetAsync($"/api/v1/sessions/{session}/branches")).Is(200).Number("total"));
        Assert.Equal("So", (await SaidAsync(user, session, $"?branch={branch}")).Last());
        Assert.True(answer.GetProperty("is_complete").GetBoolean());
    }

    [Fact]
    public async Task A_conversation_that_has_grown_gets_the_rest_and_one_that_was_gone_on_with_here_gets_a_branch()
    {
        var user = service.AsNewUser();
        (await user.ImportAsync(ChatGpt("grown", "1", "2"), type: Json)).Is(200);
        (await user.ImportAsync(ChatGpt("grown", "1", "2", "3", "4"), type: Json)).Is(200).Has("messages", created: 2, unchanged: 2);
        var session = (await FindAsync(user, "grown")).Text("session_id");
        await user.WriteMessageAsync($"/api/v1/sessions/{session}", """{"role":"user","content":"mine"}""");

        var answer = (await user.ImportAsync(ChatGpt("grown", "1", "2", "3", "4", "5"), type: Json)).Is(200);

        Assert.Equal(5, Assert.Single(answer.Items("diverged_sessions")).Number("sequence"));
        Assert.Equal(["1", "2", "3", "4", "mine"], await SaidAsync(user, session));
        Assert.Equal(["1", "2", "3", "4", "5"], await SaidAsync(user, session, "?branch=2"));
    }

    [Fact]
    public async Task A_message_of_the_same_id_with_another_text_is_another_message()
    {
        var user = service.AsNewUser();
        var lines = (string text) => $$"""{"id":"d","conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"{{text}}"},{"from":"human","value":"c"}]}""";
        (await user.ImportAsync(lines("b"))).Is(200).Has("messages", created: 3);
        (await user.ImportAsync(lines("b"))).Is(200).Has("messages", created: 0, unchanged: 3);

        var answer = (await user.ImportAsync(lines("x"))).Is(200);

        answer.Has("messages", created: 0, unchanged: 1, failed: 2);
        Assert.Equal(2, Assert.Single(answer.Items("diverged_sessions")).Number("sequence"));
    }

    [Theory]
    [InlineData("""{"title":"Prices","messages":[{"sender":"User","text":"How much?"},{"sender":"Bot","text":"Ten."}]}""", Json)]
    [InlineData("""{"title":"Prices","messages":[{"sender":"User","text":"How much?"}]}""", "application/x-ndjson")]
    [InlineData("""[{"poem":1}]""", Json)]
    public async Task An_unknown_form_is_refused_with_the_names_of_the_known_ones(string body, string type)
    {
        var user = service.AsNewUser();

        var problem = (await user.ImportAsync(body, type: type)).IsProblem(422, "validation_failed");

        var reason = problem.GetProperty("errors").Items("body")[0].GetString()!;
        Assert.All(["ChatGPT", "Claude", "Open WebUI", "LibreChat", "ShareGPT", "AI SDK", "Anthropic", "Responses", "Grok", "AI Studio", "zip"], name => Assert.Contains(name, reason, StringComparison.Ordinal));
        Assert.Equal(0, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Theory]
    [InlineData("""{"role":"robot","content":"x"}""")]
    [InlineData("""{"role":"user"}""")]
    [InlineData("\"text\"")]
    public async Task A_conversation_with_a_message_that_cannot_be_read_leaves_nothing_behind(string wrong)
    {
        var user = service.AsNewUser();

        var answer = (await user.ImportAsync(
            $$"""{"messages":[{"role":"user","content":"a"},{{wrong}}]}""" + "\n" + """{"messages":[{"role":"user","content":"whole"}]}""", "skip")).Is(200);

        answer.Has("sessions", created: 1, failed: 1);
        var reason = Assert.Single(answer.Items("errors")).Text("reason");
        Assert.Contains("messages[1]", reason, StringComparison.Ordinal);
        Assert.Equal(!wrong.Contains("robot", StringComparison.Ordinal), reason.Contains("Claude", StringComparison.Ordinal));
        Assert.Equal(1, (await user.GetAsync("/api/v1/sessions")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_chat_keeps_its_title_and_its_time_and_counts_in_the_month_of_its_messages()
    {
        var user = service.AsNewUser();

        (await user.ImportAsync("""{"title":"Old talk","messages":[{"role":"user","content":"from January","created_at":"2024-01-05T08:00:00Z"}]}""")).Is(200);

        var session = await FindAsync(user, "Old talk");
        Assert.Equal(("2024-01-05T08:00:00.000000Z", "2024-01-05T08:00:00.000000Z"), (session.Text("created_at"), session.Text("last_activity")));
        var message = Assert.Single((await user.GetAsync($"/api/v1/sessions/{session.Text("session_id")}/messages")).Is(200).Items("messages"));
        Assert.Equal("2024-01-05T08:00:00.000000Z", message.Text("created_at"));
        var usage = (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?bucket=month&from=2024-01-01T00:00:00Z&to=2024-02-01T00:00:00Z")).Is(200);
        Assert.Contains("\"messages\":1", usage.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blank_turn_goes_out_and_in_again()
    {
        var user = service.AsNewUser();
        (await user.ImportAsync("""{"title":"Silence","messages":[{"role":"user","content":"Well?"},{"role":"assistant","content":""},{"role":"user","content":"Hello?"}]}""")).Is(200);
        var exported = await user.ExportAsync();

        var copies = (await ImportAsync(user, string.Join('\n', exported), "ids=new")).Is(200);

        copies.Has("messages", created: 3);
        Assert.Equal(["Well?", "", "Hello?"], await SaidAsync(user, copies.Items("session_ids")[0].GetString()!));
        (await user.ImportAsync(exported)).Is(200).Has("messages", created: 0, unchanged: 3);
    }

    [Fact]
    public async Task A_context_has_the_calls_of_an_import_and_not_its_reasoning()
    {
        var user = service.AsNewUser();
        var answer = (await user.ImportAsync(
            """
            {"messages":[{"type":"message","role":"user","content":"Rain?"},{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"I must look"}]},{"type":"function_call","call_id":"c1","name":"weather","arguments":"{}"},{"type":"function_call_output","call_id":"c1","output":"Yes"}]}
            """.Trim())).Is(200);

        var session = $"/api/v1/sessions/{answer.Items("session_ids")[0].GetString()}";
        var chat = (await user.GetAsync($"{session}/context?format=openai&max_tokens=500")).Is(200).Items("messages");

        Assert.Equal(["user", "assistant", "tool"], chat.Select(message => message.Text("role")));
        Assert.False(chat[1].TryGetProperty("content", out _));
        Assert.Equal("c1", chat[1].Items("tool_calls")[0].Text("id"));
        Assert.Equal(["chat", "reasoning", "tool_call", "tool_result"], (await user.GetAsync($"{session}/messages")).Is(200).Items("messages").Select(message => message.Text("message_type")));
        Assert.DoesNotContain("I must look", (await user.GetAsync($"{session}/context?max_tokens=500")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dry_run_tells_what_would_be_made_and_makes_nothing()
    {
        var user = service.AsNewUser();
        (await user.ImportAsync(ChatGpt("a", "1", "2"), type: Json)).Is(200);
        var before = await user.ExportAsync();
        var file = $"[{ChatGpt("a", "1", "2", "3")},{ChatGpt("b", "1")},{ChatGpt("b", "1")}]";

        var trial = (await ImportAsync(user, file, "dry_run=true", Json)).Is(200);

        trial.Has("sessions", created: 1, unchanged: 2);
        trial.Has("messages", created: 2, unchanged: 3);
        Assert.True(trial.GetProperty("is_dry_run").GetBoolean());
        Assert.Equal(before, await user.ExportAsync());
        var real = (await user.ImportAsync(file, type: Json)).Is(200);
        Assert.Equal(trial.Items("session_ids").Select(id => id.GetString()), real.Items("session_ids").Select(id => id.GetString()));
        real.Has("messages", created: 2, unchanged: 3);
    }

    [Fact]
    public async Task What_another_user_exported_is_copied_under_new_ids_once()
    {
        var owner = service.AsNewUser();
        var session = await owner.StartSessionAsync();
        await owner.WriteMessageAsync(session);
        await owner.WriteMessageAsync(session);
        (await owner.PostAsync($"{session}/memory", """{"content":"Greets."}""")).Is(201);
        (await owner.PostAsync($"/api/v1/users/{owner.UserId}/memories", $$"""{"content":"Likes tea.","session_id":"{{session[^36..]}}"}""")).Is(201);
        var exported = await owner.ExportAsync();
        var other = service.AsNewUser();

        var taken = (await other.ImportAsync(exported)).Is(200);
        var copy = (await ImportAsync(other, string.Join('\n', exported), "ids=new")).Is(200);
        var again = (await ImportAsync(other, string.Join('\n', exported), "ids=new")).Is(200);

        Assert.Equal("session_id_taken", taken.Items("errors")[0].Text("code"));
        copy.Has("sessions", created: 1);
        copy.Has("messages", created: 2);
        copy.Has("memories", created: 1);
        copy.Has("user_memories", created: 1);
        again.Has("sessions", created: 0, unchanged: 1);
        again.Has("messages", created: 0, unchanged: 2);
        again.Has("user_memories", created: 0, unchanged: 1);
        Assert.Equal(2, (await owner.GetAsync(session)).Is(200).Number("message_count"));
        (await ImportAsync(other, "{}", "ids=some")).IsInvalid("ids");
    }

    [Theory]
    [InlineData("stop", 1)]
    [InlineData("skip", 5_000)]
    public async Task An_import_stops_after_very_many_wrong_lines_even_where_it_skips_them(string onError, int failed)
    {
        var user = service.AsNewUser();
        var lines = Enumerable.Repeat("x", 5_100).Append("""{"messages":[{"role":"user","content":"too late"}]}""");

        var answer = (await user.ImportAsync(lines, onError)).Is(200);

        Assert.Equal(failed, answer.Number("failed"));
        Assert.False(answer.GetProperty("is_complete").GetBoolean());
        Assert.Equal(onError == "skip" ? "too_many_errors" : "invalid_json", answer.Items("errors")[^1].Text("code"));
        answer.Has("sessions", created: 0);
    }

    [Fact]
    public async Task A_list_of_conversations_within_an_object_may_be_longer_than_an_object_may_be()
    {
        var user = service.AsNewUser();
        var text = new string('x', 3_000);
        var conversations = Enumerable.Range(0, 40).Select(n =>
            $$$"""{"responses":[{"response":{"_id":"a","sender":"human","message":"{{{text}}}"}}],"conversation":{"id":"{{{n}}}","title":"T{{{n}}}"}}""");

        var answer = (await user.ImportAsync($$"""{"projects":[],"conversations":[{{string.Join(',', conversations)}}],"tasks":[{"a":[1,"]"]}]}""", type: Json)).Is(200);

        answer.Has("sessions", created: 40);
        answer.Has("messages", created: 40);
        (await user.ImportAsync("""{"conversations":[{"from":"human","value":"one"}],"x":1}""", type: Json)).Is(200).Has("sessions", created: 1);
    }

    [Fact]
    public async Task A_zip_is_taken_as_it_was_downloaded()
    {
        var user = service.AsNewUser();
        var chatGpt = Zip(("user.json", "{\"id\":\"me\"}"), ("conversations-000.json", $"[{ChatGpt("a", "1")}]"), ("conversations-001.json", $"[{ChatGpt("b", "1")},7]"), ("chat.html", "<html>"));
        var others = Zip(("takeout/My prompt", """{"chunkedPrompt":{"chunks":[{"role":"user","text":"Hi"}]}}"""), ("a/settings.json", "{}"), ("notes.jsonl", """{"messages":[{"role":"user","content":"Ho"}]}"""), ("__MACOSX/._notes.json", "\0"), ("empty.json", ""));

        var first = (await ImportAsync(user, chatGpt)).Is(200);
        (await ImportAsync(user, others)).Is(200).Has("sessions", created: 2);
        (await ImportAsync(user, Zip(("user.json", "{}")))).IsProblem(422, "validation_failed");
        (await ImportAsync(user, "PK no zip at all"u8.ToArray())).IsProblem(422, "validation_failed");

        first.Has("sessions", created: 2);
        var error = Assert.Single(first.Items("errors"));
        Assert.Equal(("conversations-001.json", 2), (error.Text("file"), error.Number("line")));
    }

    [Fact]
    public async Task A_zip_that_unpacks_to_far_more_than_it_is_ends_the_import()
    {
        var user = service.AsNewUser();
        var bomb = Zip(("conversations.json", $"[{ChatGpt("a", "1")},{new string(' ', 40 * 1024 * 1024)}]"));

        var answer = (await ImportAsync(user, bomb)).Is(200);

        Assert.Equal("payload_too_large", Assert.Single(answer.Items("errors")).Text("code"));
        Assert.False(answer.GetProperty("is_complete").GetBoolean());
    }

    [Fact]
    public async Task Many_sessions_are_stored_as_they_would_be_one_by_one()
    {
        var user = service.AsNewUser();
        string[] ids = [.. Enumerable.Range(0, 700).Select(_ => $"{Guid.NewGuid()}")];
        var old = ids[300];
        (await user.ImportAsync([Session(old), Message(old, 1)])).Is(200);
        var before = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        var lines = ids.SelectMany(id => (string[])[Session(id), Message(id, 1), Message(id, 2)]).ToList();

        var answer = (await user.ImportAsync(lines)).Is(200);

        answer.Has("sessions", created: 699, unchanged: 1);
        answer.Has("messages", created: 1_399, unchanged: 1);
        (await user.ImportAsync(lines)).Is(200).Has("messages", created: 0, unchanged: 1_400);
        var list = (await user.GetAsync("/api/v1/sessions?page_size=100")).Is(200);
        Assert.Equal(700, list.Number("total"));
        Assert.All(list.Items("sessions"), session => Assert.Equal((2, 10), (session.Number("message_count"), session.Number("total_tokens"))));
        Assert.Equal(before.Number("total_sessions") + 699, (await user.GetAsync("/api/v1/sessions/stats")).Is(200).Number("total_sessions"));
        Assert.Equal(["1", "2"], await SaidAsync(user, ids[699]));
    }

    private static string Session(string id) => $$"""{"type":"session","session_id":"{{id}}"}""";

    private static string Message(string session, int number) =>
        $$"""{"type":"message","session_id":"{{session}}","sequence":{{number}},"role":"user","content":"{{number}}","tokens_used":5}""";

    /// <summary>A conversation along one path. What follows the sign # in a text makes the id of the message another one.</summary>
    private static string ChatGpt(string title, params string[] texts)
    {
        var nodes = new Dictionary<string, object>();
        string? parent = null;
        for (var i = 0; i < texts.Length; i++)
        {
            var id = $"{i}{(texts[i].Contains('#', StringComparison.Ordinal) ? texts[i].Split('#')[1] : "")}.";
            nodes[id] = new
            {
                parent,
                message = new { author = new { role = i % 2 == 0 ? "user" : "assistant" }, content = new { content_type = "text", parts = new[] { texts[i].Split('#')[0] } } },
            };
            parent = id;
        }

        return JsonSerializer.Serialize(new { title, conversation_id = title, current_node = parent, mapping = nodes });
    }

    private static byte[] Zip(params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var file = zip.CreateEntry(name).Open();
                file.Write(Encoding.UTF8.GetBytes(text));
            }
        }

        return stream.ToArray();
    }

    private static async Task<JsonElement> FindAsync(ApiClient user, string title) =>
        (await user.GetAsync("/api/v1/sessions?page_size=100")).Is(200).Items("sessions").Single(session => session.GetProperty("title").GetString() == title);

    private static async Task<IEnumerable<string>> SaidAsync(ApiClient user, string session, string query = "") =>
        (await user.GetAsync($"/api/v1/sessions/{session}/messages{query}")).Is(200).Items("messages").Select(message => message.Text("content"));

    private static Task<Answer> ImportAsync(ApiClient user, string body, string query, string type = "application/x-ndjson") =>
        ImportAsync(user, new StringContent(body, Encoding.UTF8, type), query);

    private static Task<Answer> ImportAsync(ApiClient user, byte[] zip)
    {
        var content = new ByteArrayContent(zip);
        content.Headers.ContentType = new("application/zip");
        return ImportAsync(user, content, "on_error=skip");
    }

    private static async Task<Answer> ImportAsync(ApiClient user, HttpContent content, string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sessions/import?{query}") { Content = content };
        return await user.SendAsync(request);
    }
}
