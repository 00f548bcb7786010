using System.Text;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

public sealed class ImportTests(TransferFixture service) : IClassFixture<TransferFixture>
{
    [Theory]
    [InlineData("""{"type":"message","session_id":"$","sequence":2,"role":"robot","content":"x"}""", "validation_failed")]
    [InlineData("""{"type":"message","session_id":"$","sequence":2,"role":"user","content":"\u0000"}""", "validation_failed")]
    [InlineData("""{"type":"message","session_id":"$","sequence":2,"role":"user","content":7,"tokens_used":-1}""", "validation_failed")]
    [InlineData("""{"type":"message","session_id":"$","sequence":2""", "invalid_json")]
    [InlineData("nonsense", "invalid_json")]
    [InlineData("[1]", "validation_failed")]
    [InlineData("""{"type":"poem"}""", "validation_failed")]
    [InlineData("""{"type":"message","session_id":"6f9d3a53-3a5f-4a53-9a53-3a5f4a539a53","sequence":1,"role":"user","content":"x"}""", "session_not_found")]
    public async Task A_wrong_line_is_named_and_ends_the_import_or_is_skipped(string wrong, string code)
    {
        foreach (var onError in new[] { "stop", "skip" })
        {
            var user = service.AsNewUser();
            var session = Guid.NewGuid();
            string[] lines = [Session(session), Message(session, 1), wrong.Replace("$", $"{session}", StringComparison.Ordinal), Message(session, 3), Message(session, 4)];

            var answer = (await user.ImportAsync(lines, onError)).Is(200);

            var error = Assert.Single(answer.Items("errors"));
            Assert.Equal(3, error.Number("line"));
            Assert.Equal(code, error.Text("code"));
            Assert.NotEmpty(error.Text("reason"));
            Assert.Equal(1, answer.Number("failed"));
            Assert.Equal(onError == "skip", answer.GetProperty("is_complete").GetBoolean());
            var stored = (await user.GetAsync($"/api/v1/sessions/{session}/messages")).Is(200).Items("messages");
            Assert.Equal(onError == "skip" ? ["1", "3", "4"] : ["1"], stored.Select(message => message.Text("content")));
            Assert.Equal(Enumerable.Range(1, stored.Count), stored.Select(message => (int)message.Number("sequence")));

            var again = (await user.ImportAsync(lines, onError)).Is(200);
            again.Has("messages", created: 0, unchanged: stored.Count, failed: answer.GetProperty("messages").Number("failed"));
        }
    }

    [Fact]
    public async Task An_import_tells_the_ids_of_the_first_sessions_that_it_created()
    {
        var user = service.AsNewUser();
        string[] ids = [.. Enumerable.Range(0, 1_001).Select(_ => Guid.NewGuid().ToString())];
        var lines = ids.Select(id => $$"""{"type":"session","session_id":"{{id}}"}""").ToList();

        var chat = (await user.ImportAsync("""{"messages":[{"role":"user","content":"Hello"}]}""", type: "application/json")).Is(200);
        var first = (await user.ImportAsync(lines)).Is(200);
        var again = (await user.ImportAsync(lines)).Is(200);

        (await user.GetAsync($"/api/v1/sessions/{chat.GetProperty("session_ids")[0].GetString()}")).Is(200);
        first.Has("sessions", created: 1_001);
        Assert.Equal(ids[..1_000], first.Items("session_ids").Select(id => id.GetString()));
        Assert.Empty(again.Items("session_ids"));
    }

    [Fact]
    public async Task A_session_id_of_another_users_is_an_error_that_tells_nothing_of_them()
    {
        var owner = service.AsNewUser();
        var session = Guid.NewGuid();
        (await owner.ImportAsync([Session(session), Message(session, 1)])).Is(200);
        var other = service.AsNewUser();

        var answer = await other.ImportAsync([Session(session), Message(session, 1), Message(session, 2)], "skip");

        var json = answer.Is(200);
        json.Has("sessions", created: 0, failed: 1);
        json.Has("messages", created: 0, failed: 2);
        Assert.Equal("session_id_taken", json.Items("errors")[0].Text("code"));
        Assert.DoesNotContain(owner.UserId, answer.Text, StringComparison.Ordinal);
        Assert.Equal(1, (await owner.GetAsync($"/api/v1/sessions/{session}")).Is(200).Number("message_count"));
        (await other.GetAsync($"/api/v1/sessions/{session}")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task A_message_whose_id_belongs_to_another_is_found_among_many()
    {
        var user = service.AsNewUser();
        var (first, second) = (Guid.NewGuid(), Guid.NewGuid());
        var taken = Guid.NewGuid();
        (await user.ImportAsync([Session(first), Message(first, 1, taken)])).Is(200);

        var answer = (await user.ImportAsync(
            [Session(second), .. Enumerable.Range(1, 30).Select(n => Message(second, n, n == 17 ? taken : Guid.NewGuid()))], "skip")).Is(200);

        answer.Has("messages", created: 29, failed: 1);
        var error = Assert.Single(answer.Items("errors"));
        Assert.Equal((18, "message_id_taken"), (error.Number("line"), error.Text("code")));
        Assert.Equal(29, (await user.GetAsync($"/api/v1/sessions/{second}")).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task A_gap_or_a_step_back_in_the_numbers_is_an_error_and_another_message_in_the_same_place_is_a_branch()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();

        var gap = (await user.ImportAsync([Session(session), Message(session, 1), Message(session, 3)])).Is(200);
        var back = (await user.ImportAsync([Session(session), Message(session, 1), Message(session, 1)])).Is(200);
        var other = (await user.ImportAsync([Session(session), Message(session, 1, Guid.NewGuid()), Message(session, 2)], "skip")).Is(200);

        Assert.Equal("sequence_mismatch", Assert.Single(gap.Items("errors")).Text("code"));
        Assert.Equal("sequence_mismatch", Assert.Single(back.Items("errors")).Text("code"));
        Assert.Empty(other.Items("errors"));
        other.Has("messages", created: 2);
        Assert.Equal(1, (await user.GetAsync($"/api/v1/sessions/{session}/messages")).Is(200).Number("total"));
    }

    [Fact]
    public async Task An_import_is_longer_than_other_requests_may_be_but_none_of_its_lines_is()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();
        var text = new string('x', 3_000);
        var tooLong = $$"""{"type":"message","session_id":"{{session}}","content":"{{new string('y', TransferFixture.MaxBodyBytes)}}"}""";
        string[] lines = [Session(session), .. Enumerable.Range(1, 1_000).Select(n => Message(session, n, content: text)), tooLong];

        var answer = (await user.ImportAsync(lines, "skip")).Is(200);

        answer.Has("messages", created: 1_000);
        var error = Assert.Single(answer.Items("errors"));
        Assert.Equal((1_002, "payload_too_large"), (error.Number("line"), error.Text("code")));
    }

    [Fact]
    public async Task A_conversation_of_a_hundred_thousand_messages_is_exported_as_it_is_stored()
    {
        const int messages = 100_000;
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var id = session[(session.LastIndexOf('/') + 1)..];
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            INSERT INTO dev.session_messages
                (user_id, session_id, sequence, id, role, content, message_type, message_metadata, tokens_used, cost_usd, created_at)
            SELECT '{user.UserId}', '{id}', n, gen_random_uuid(), 'user', 'message ' || n, 'chat', jsonb_build_object(), 1, 0.0000000001, now()
            FROM generate_series(1, {messages}) AS n;
            UPDATE dev.sessions SET message_count = {messages}, total_tokens = {messages}, total_cost = {messages} * 0.0000000001, is_digested = true, digested_messages = {messages}
            WHERE user_id = '{user.UserId}';
            """);

        var exported = await user.ExportAsync();

        Assert.Equal(messages + 2, exported.Length);
        Assert.Equal($$"""{"type":"end","sessions":1,"messages":{{messages}},"memories":0,"user_memories":0}""", exported[^1]);
        for (var n = 1; n <= messages; n++)
        {
            Assert.Contains($"\"sequence\":{n},\"role\":\"user\",\"content\":\"message {n}\"", exported[n], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_conversations_of_ChatGPT_are_imported_with_their_branches_and_once()
    {
        var user = service.AsNewUser();
        const string conversations =
            """
            [{"title": "Tea \u0000", "create_time": 1700000000.123456, "update_time": 1700000100.5, "conversation_id": "c-1", "current_node": "d",
              "mapping": {
                "root": {"id": "root", "message": null, "parent": null, "children": ["a"]},
                "a": {"id": "a", "parent": "root", "children": ["b", "x"],
                      "message": {"id": "a", "author": {"role": "system"}, "content": {"content_type": "text", "parts": [""]}}},
                "b": {"id": "b", "parent": "a", "children": ["c"],
                      "message": {"id": "b", "author": {"role": "user"}, "create_time": 1700000001.5, "content": {"content_type": "text", "parts": ["Green or black?", "\ud83c\udf75"]}}},
                "x": {"id": "x", "parent": "a", "children": [],
                      "message": {"id": "x", "author": {"role": "user"}, "create_time": 1700000001.0, "content": {"content_type": "text", "parts": ["Coffee?"]}}},
                "c": {"id": "c", "parent": "b", "children": ["d"],
                      "message": {"id": "c", "author": {"role": "tool", "name": "browser"}, "create_time": null, "content": {"content_type": "execution_output", "text": "lone \ud800"}}},
                "d": {"id": "d", "parent": "c", "children": [],
                      "message": {"id": "d", "author": {"role": "assistant"}, "create_time": 1700000002, "metadata": {"model_slug": "m-1"}, "content": {"content_type": "text", "parts": ["Black."]}}}}},
             {"title": "Empty", "create_time": 1700000000, "id": "c-2", "mapping": {}}]
            """;

        var first = (await user.ImportAsync(conversations, type: "application/json")).Is(200);
        var second = (await user.ImportAsync(conversations, type: "application/json")).Is(200);
        (await service.AsNewUser().ImportAsync(conversations, type: "application/json")).Is(200).Has("sessions", created: 2);

        first.Has("sessions", created: 2);
        first.Has("messages", created: 4);
        first.Has("branches", created: 2);
        second.Has("sessions", created: 0, unchanged: 2);
        second.Has("messages", created: 0, unchanged: 4);
        second.Has("branches", created: 0, unchanged: 2);
        var tea = (await user.GetAsync("/api/v1/sessions")).Is(200).Items("sessions")
            .Single(session => session.GetProperty("metadata").Text("title").StartsWith("Tea", StringComparison.Ordinal));
        Assert.Equal("2023-11-14T22:13:20.123456Z", tea.Text("created_at"));
        Assert.Equal("2023-11-14T22:15:00.500000Z", tea.Text("last_activity"));
        Assert.False(tea.GetProperty("metadata").TryGetProperty("branches", out _));
        var branches = (await user.GetAsync($"/api/v1/sessions/{tea.Text("session_id")}/branches")).Is(200).Items("branches");
        Assert.Equal([(1L, 1L, 1L), (2L, 3L, 4L)], branches.Select(branch => (branch.Number("from_sequence"), branch.Number("message_count"), branch.Number("last_sequence"))));
        Assert.Equal([false, true], branches.Select(branch => branch.GetProperty("is_current").GetBoolean()));
        Assert.Equal("Coffee?", Assert.Single((await user.GetAsync($"/api/v1/sessions/{tea.Text("session_id")}/messages?branch=1")).Is(200).Items("messages")).Text("content"));
        Assert.StartsWith("Tea", tea.Text("title"), StringComparison.Ordinal);
        var messages = (await user.GetAsync($"/api/v1/sessions/{tea.Text("session_id")}/messages")).Is(200).Items("messages");
        Assert.Equal(["user", "tool", "assistant"], messages.Select(message => message.Text("role")));
        Assert.Equal(["Green or black?\n🍵", "lone \uFFFD", "Black."], messages.Select(message => message.Text("content")));
        Assert.Equal("m-1", messages[2].GetProperty("metadata").Text("model"));
        Assert.Equal("2023-11-14T22:13:21.500000Z", messages[1].Text("created_at"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task Chats_as_they_are_sent_to_a_model_are_imported_once(string type)
    {
        var user = service.AsNewUser();
        const string chats =
            """
            {"messages": [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": [{"type": "text", "text": "Weather?"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "1", "type": "function", "function": {"name": "w", "arguments": "{}"}}]}, {"role": "tool", "tool_call_id": "1", "content": "Rain"}]}
            {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello", "weight": 0}]}
            """;

        (await user.ImportAsync(chats, type: type)).Is(200).Has("messages", created: 6);
        (await user.ImportAsync(chats, type: type)).Is(200).Has("messages", created: 0, unchanged: 6);

        var session = (await user.GetAsync("/api/v1/sessions")).Is(200).Items("sessions").Single(session => session.Number("message_count") == 4);
        var messages = (await user.GetAsync($"/api/v1/sessions/{session.Text("session_id")}/messages")).Is(200).Items("messages");
        Assert.Equal(["developer", "user", "assistant", "tool"], messages.Select(message => message.Text("role")));
        Assert.Equal(["chat", "chat", "tool_call", "tool_result"], messages.Select(message => message.Text("message_type")));
        Assert.Equal("1", messages[3].GetProperty("metadata").Text("tool_call_id"));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-ndjson")]
    public async Task The_messages_of_a_chat_are_a_conversation_also_where_they_stand_alone(string type)
    {
        var user = service.AsNewUser();
        const string chat = """[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": [], "tool_calls": [{"id": "]"}]}, {"role": "tool", "content": "Ho"}]""";
        var (chats, count) = type == "application/json" ? (chat, 1) : ($"{chat}\n[{{\"role\":\"user\",\"content\":\"Other\"}}]", 2);

        var first = (await user.ImportAsync(chats, type: type)).Is(200);
        (await user.ImportAsync(chats, type: type)).Is(200).Has("sessions", created: 0, unchanged: count);

        first.Has("sessions", created: count);
        first.Has("messages", created: 2 + count);
        var session = (await user.GetAsync("/api/v1/sessions")).Is(200).Items("sessions").Single(session => session.Number("message_count") == 3);
        var messages = (await user.GetAsync($"/api/v1/sessions/{session.Text("session_id")}/messages")).Is(200).Items("messages");
        Assert.Equal(["Hi", "", "Ho"], messages.Select(message => message.Text("content")));
    }

    [Fact]
    public async Task An_export_that_was_cut_off_is_taken_as_far_as_it_goes_and_told_of()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();
        string[] lines = ["""{"type":"export","version":1}""", Session(session), Message(session, 1)];

        var cutOff = (await user.ImportAsync(lines, "skip")).Is(200);
        var whole = (await user.ImportAsync([.. lines, """{"type":"end"}"""], "skip")).Is(200);

        cutOff.Has("messages", created: 1);
        Assert.False(cutOff.GetProperty("is_complete").GetBoolean());
        var error = Assert.Single(cutOff.Items("errors"));
        Assert.Equal((4, "export_incomplete"), (error.Number("line"), error.Text("code")));
        whole.Has("messages", created: 0, unchanged: 1);
        Assert.True(whole.GetProperty("is_complete").GetBoolean());
    }

    [Theory]
    [InlineData("active", "2020-01-01T00:00:00Z", null)]
    [InlineData("ended", "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.000000Z")]
    [InlineData("ended", null, null)]
    [InlineData("archived", null, "2019-01-01T00:00:00.000000Z")]
    public async Task A_session_is_put_away_exactly_where_its_status_allows_it(string status, string? archivedAt, string? expected)
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();
        var line = $$"""{"type":"session","session_id":"{{session}}","status":"{{status}}","created_at":"2019-01-01T00:00:00Z"{{(archivedAt is null ? "" : $",\"archived_at\":\"{archivedAt}\"")}}}""";

        (await user.ImportAsync([line])).Is(200).Has("sessions", created: 1);

        Assert.Equal(expected, (await user.GetAsync($"/api/v1/sessions/{session}")).Is(200).GetProperty("archived_at").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("7")]
    [InlineData("{\"type\"")]
    [InlineData("[{\"type\":\"export\"")]
    public async Task A_body_that_is_no_JSON_from_the_start_is_refused(string body) =>
        (await service.AsNewUser().ImportAsync(body, type: "application/json")).IsProblem(400, "invalid_json");

    [Fact]
    public async Task What_is_no_JSON_in_the_middle_ends_the_import_there()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();

        var answer = (await user.ImportAsync($"[{Session(session)},{Message(session, 1)} {Message(session, 2)}]", "skip", "application/json")).Is(200);

        answer.Has("messages", created: 1);
        Assert.False(answer.GetProperty("is_complete").GetBoolean());
        Assert.Equal("invalid_json", Assert.Single(answer.Items("errors")).Text("code"));
    }

    [Fact]
    public async Task Another_version_another_content_type_and_another_choice_are_refused()
    {
        var user = service.AsNewUser();

        var version = (await user.ImportAsync(["""{"type":"export","version":2}""", Session(Guid.NewGuid())], "skip")).Is(200);
        (await user.ImportAsync("a,b", type: "text/csv")).IsProblem(415, "unsupported_media_type");
        (await user.ImportAsync("{}", onError: "ignore")).IsInvalid("on_error");
        (await service.AsNobody().ImportAsync("{}")).IsInvalid("user_id");

        Assert.Equal("unsupported_version", Assert.Single(version.Items("errors")).Text("code"));
        version.Has("sessions", created: 0);
    }

    [Fact]
    public async Task A_body_that_comes_byte_by_byte_is_read_as_one_that_comes_at_once()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();
        var body = Encoding.UTF8.GetBytes($$"""{"type" : "export" , "version":1,"x":[],"session":{{Session(session)}},"messages":[ {{Message(session, 1, content: "\\\\\\\"]}é")}} , {{Message(session, 2)}}]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import") { Content = new StreamContent(new SlowStream(body)) };
        request.Content.Headers.ContentType = new("application/json");

        (await user.SendAsync(request)).Is(200).Has("messages", created: 2);
    }

    private static string Session(Guid id) => $$"""{"type":"session","session_id":"{{id}}","user_id":"somebody"}""";

    private static string Message(Guid session, int number, Guid? id = null, string? content = null) =>
        $$"""{"type":"message","session_id":"{{session}}","sequence":{{number}},"role":"user","content":"{{content ?? $"{number}"}}"{{(id is null ? "" : $",\"message_id\":\"{id}\"")}}}""";

    /// <summary>Gives a byte at a time.</summary>
    private sealed class SlowStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}
