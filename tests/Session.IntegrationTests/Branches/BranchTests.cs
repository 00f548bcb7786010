using System.Text.Json;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Branches;

public sealed class BranchTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Messages_after_a_rewind_go_on_from_there_and_the_others_stay_in_their_branch()
    {
        var (user, session) = await StartAsync(messages: 4);

        var rewound = (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        var next = await user.WriteMessageAsync(session, """{"role":"assistant","content":"another","expected_sequence":5}""");

        Assert.Equal((2, 1), (rewound.Number("branch_id"), rewound.Number("previous_branch_id")));
        Assert.Equal((4, 2), (rewound.GetProperty("session").Number("message_count"), rewound.GetProperty("session").Number("visible_messages")));
        Assert.Equal(5, next.Number("sequence"));
        Assert.Equal([1, 2, 5], await ShownAsync(user, session));
        Assert.Equal([1, 2, 3, 4], await ShownAsync(user, session, "?branch=1"));
        var branches = (await user.GetAsync($"{session}/branches")).Is(200).Items("branches");
        Assert.Equal(
            [(1, 1L, 4L, 4L, false), (2, 5L, 5L, 3L, true)],
            branches.Select(branch => (
                (int)branch.Number("branch_id"),
                branch.Number("from_sequence"),
                branch.Number("last_sequence"),
                branch.Number("message_count"),
                branch.GetProperty("is_current").GetBoolean())));
    }

    [Fact]
    public async Task A_session_that_was_never_rewound_has_one_branch()
    {
        var (user, session) = await StartAsync(messages: 2);
        var empty = await user.StartSessionAsync();

        var branch = Assert.Single((await user.GetAsync($"{session}/branches")).Is(200).Items("branches"));
        var ofEmpty = Assert.Single((await user.GetAsync($"{empty}/branches")).Is(200).Items("branches"));

        Assert.Equal((1, 1, 2, 2), (branch.Number("branch_id"), branch.Number("from_sequence"), branch.Number("last_sequence"), branch.Number("message_count")));
        Assert.Equal(JsonValueKind.Null, ofEmpty.GetProperty("from_sequence").ValueKind);
        Assert.Equal((0, 0), (ofEmpty.Number("last_sequence"), ofEmpty.Number("message_count")));
        Assert.Equal([1, 2], await ShownAsync(user, session, "?branch=1"));
    }

    [Fact]
    public async Task A_rewind_to_the_last_message_changes_nothing()
    {
        var (user, session) = await StartAsync(messages: 2);
        var before = (await user.GetAsync(session)).Headers["ETag"];

        var answer = await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""");

        Assert.Equal((1, 1), (answer.Is(200).Number("branch_id"), answer.Is(200).Number("previous_branch_id")));
        Assert.Equal(before, answer.Headers["ETag"]);
        Assert.Equal(1, (await user.GetAsync($"{session}/branches")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Only_to_a_message_of_the_conversation_is_a_session_rewound()
    {
        var (user, session) = await StartAsync(messages: 4);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);

        foreach (var number in new[] { "3", "4", "5", "-1", "9223372036854775807", "null", "1.5" })
        {
            (await user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{number}}}""")).IsInvalid("to_sequence");
        }

        (await user.PostAsync($"{session}/rewind", "{}")).IsInvalid("to_sequence");
        (await user.PostAsync($"{session}/fork", """{"through_sequence":3}""")).IsInvalid("through_sequence");
        Assert.Equal(2, (await user.GetAsync($"{session}/branches")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Branches_of_others_and_unknown_ones_are_not_there()
    {
        var (user, session) = await StartAsync(messages: 2);
        var other = service.AsNewUser();

        (await other.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).IsProblem(404, "session_not_found");
        (await other.GetAsync($"{session}/branches")).IsProblem(404, "session_not_found");
        (await other.PostAsync($"{session}/branches/1/activate", "")).IsProblem(404, "session_not_found");
        (await other.SendAsync(HttpMethod.Patch, $"{session}/branches/1", """{"name":"a"}""")).IsProblem(404, "session_not_found");
        (await other.GetAsync($"{session}/messages?branch=all")).IsProblem(404, "session_not_found");
        (await other.GetAsync($"{session}/messages?branch=1")).IsProblem(404, "branch_not_found");
        (await user.PostAsync($"{session}/branches/2/activate", "")).IsProblem(404, "branch_not_found");
        (await user.SendAsync(HttpMethod.Patch, $"{session}/branches/7", """{"name":"a"}""")).IsProblem(404, "branch_not_found");
        (await user.GetAsync($"{session}/messages?branch=2")).IsProblem(404, "branch_not_found");
        (await user.GetAsync($"{session}/context?branch=2")).IsProblem(404, "branch_not_found");
        foreach (var branch in new[] { "0", "-1", "x", "ALL", "99999999999" })
        {
            (await user.GetAsync($"{session}/messages?branch={branch}")).IsInvalid("branch");
        }

        (await user.GetAsync("/api/v1/sessions/search?q=a&branch=1")).IsInvalid("branch");
        (await user.PostAsync($"/api/v1/users/{user.UserId}/memories/search", """{"query":"a","branch":"1"}""")).IsInvalid("branch");
    }

    [Fact]
    public async Task A_branch_is_named_and_loses_its_name()
    {
        var (user, session) = await StartAsync(messages: 2);

        var named = await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", """{"name":"first try"}""");
        var same = await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", "{}");
        var unnamed = await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", """{"name":null}""");

        Assert.Equal("first try", named.Is(200).Text("name"));
        Assert.Equal("first try", same.Is(200).Text("name"));
        Assert.Equal(JsonValueKind.Null, unnamed.Is(200).GetProperty("name").ValueKind);
        (await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", """{"name":" "}""")).IsInvalid("name");
        (await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", $$"""{"name":"{{new string('a', 256)}}"}""")).IsInvalid("name");
        Assert.Equal([1, 2], await ShownAsync(user, session));
    }

    [Fact]
    public async Task A_repeated_rewind_is_answered_with_the_same_branches_and_made_once()
    {
        var (user, session) = await StartAsync(messages: 3);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => user.PostAsync($"{session}/rewind", """{"to_sequence":1}""", "key")));

        Assert.All(answers, answer => Assert.Equal((2, 1), (answer.Is(200).Number("branch_id"), answer.Is(200).Number("previous_branch_id"))));
        Assert.Equal(7, answers.Count(answer => answer.Headers.ContainsKey("Idempotency-Replayed")));
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":0}""", "key")).IsProblem(409, "idempotency_key_reused");
        Assert.Equal(2, (await user.GetAsync($"{session}/branches")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_rewind_and_an_activation_demand_the_version_that_the_request_names()
    {
        var (user, session) = await StartAsync(messages: 3);
        var tag = (await user.GetAsync(session)).Headers["ETag"];

        var first = await SendAsync(user, $"{session}/rewind", """{"to_sequence":1}""", tag);
        var second = await SendAsync(user, $"{session}/rewind", """{"to_sequence":0}""", tag);
        var back = await SendAsync(user, $"{session}/branches/1/activate", "", tag);

        first.Is(200);
        second.IsProblem(412, "precondition_failed");
        back.IsProblem(412, "precondition_failed");
        (await SendAsync(user, $"{session}/branches/1/activate", "", first.Headers["ETag"])).Is(200);
        Assert.Equal([1, 2, 3], await ShownAsync(user, session));
    }

    [Fact]
    public async Task Appends_and_rewinds_at_once_leave_each_message_in_one_branch_and_every_counter_right()
    {
        var (user, session) = await StartAsync(messages: 5);

        // Behind twenty changes of the session a message may wait too long.
        var appends = Enumerable.Range(0, 60).Select(async i =>
            (await user.WriteOnceAsync($"{session}/messages", $$"""{"role":"user","content":"{{i}}","tokens_used":1}""")).Number("sequence"));
        var changes = Enumerable.Range(0, 20).Select(i => i % 3 == 0
            ? user.PostAsync($"{session}/branches/1/activate", "")
            : user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{i % 5}}}"""));
        var (appending, changing) = (Task.WhenAll(appends), Task.WhenAll(changes));
        var (numbers, changed) = (await appending, await changing);

        Assert.All(changed, answer => Assert.True(answer.Status is 200 or 422, answer.Text));
        Assert.Equal(Enumerable.Range(6, 60).Select(number => (long)number), numbers.Order());
        var read = (await user.GetAsync(session)).Is(200);
        Assert.Equal((65, 60), (read.Number("message_count"), read.Number("total_tokens")));
        Assert.Equal(read.Number("visible_messages"), (await ShownAsync(user, session)).Count);
        var branches = (await user.GetAsync($"{session}/branches")).Is(200).Items("branches");
        var own = new List<long>();
        foreach (var branch in branches)
        {
            var shown = await ShownAsync(user, session, $"?branch={branch.Number("branch_id")}");
            Assert.Equal((branch.Number("message_count"), branch.Number("last_sequence")), (shown.Count, shown.Count == 0 ? 0 : shown[^1]));
            own.AddRange(shown.Where(number => number > 5 && !own.Contains(number)));
        }

        Assert.Equal(Enumerable.Range(6, 60).Select(number => (long)number), own.Order());
        Assert.Equal(65, (await ShownAsync(user, session, "?branch=all")).Count);
    }

    [Fact]
    public async Task A_page_shows_one_branch_even_if_the_session_is_rewound_while_it_is_read()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 6; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{new string('x', 900_000)}}"}""");
        }

        var reading = user.GetAsync($"{session}/messages");
        for (var i = 5; i > 0; i--)
        {
            (await user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{i}}}""")).Is(200);
        }

        var page = (await reading).Is(200);
        Assert.Equal(page.Number("total"), page.Items("messages").Count);
    }

    [Fact]
    public async Task A_memory_counts_the_shown_messages_that_came_since()
    {
        var (user, session) = await StartAsync(messages: 4);
        (await user.PostAsync($"{session}/memory", """{"content":"Four."}""")).Is(201);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        var since = (await user.GetAsync($"{session}/memory")).Is(200).Number("messages_since_last_summary");
        await user.WriteMessageAsync(session);

        Assert.Equal(0, since);
        Assert.Equal(1, (await user.GetAsync($"{session}/memory")).Is(200).Number("messages_since_last_summary"));
        (await user.PostAsync($"{session}/branches/1/activate", "")).Is(200);
        Assert.Equal(0, (await user.GetAsync($"{session}/memory")).Is(200).Number("messages_since_last_summary"));
    }

    [Fact]
    public async Task A_removed_message_leaves_every_branch_and_is_blank_in_forks()
    {
        var (user, session) = await StartAsync(messages: 4);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":3}""")).Is(200);
        await user.WriteMessageAsync(session);
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201).Text("session_id");
        (await user.DeleteAsync($"{session}/messages/2?mode=remove")).Is(200);
        var again = (await user.DeleteAsync($"{session}/messages/2?mode=remove")).Is(200);
        (await user.DeleteAsync($"{session}/messages/5")).Is(200);

        Assert.Equal("", again.Text("content"));
        Assert.Equal([1, 3, 5], await ShownAsync(user, session));
        Assert.Equal([1, 3, 4], await ShownAsync(user, session, "?branch=1"));
        var copies = (await user.GetAsync($"/api/v1/sessions/{fork}/messages")).Is(200).Items("messages");
        Assert.Equal([(1, false), (2, true), (3, false), (4, true)], copies.Select(copy => (copy.Number("sequence"), copy.Text("content") == "")));
        (await user.DeleteAsync($"{session}/messages/1?mode=other")).IsInvalid("mode");
        (await user.DeleteAsync($"{session}/messages/9?mode=remove")).IsProblem(404, "message_not_found");
    }

    [Fact]
    public async Task An_append_that_is_sent_again_after_a_rewind_is_answered_as_the_first_time()
    {
        var (user, session) = await StartAsync(messages: 2);
        const string Batch = """{"messages":[{"role":"user","content":"three"},{"role":"user","content":"four"}]}""";
        var first = (await user.PostAsync($"{session}/messages/batch", Batch, "key")).Is(201);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);

        var again = await user.PostAsync($"{session}/messages/batch", Batch, "key");

        Assert.Equal(first.GetRawText(), again.Is(201).GetRawText());
        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
    }

    [Fact]
    public async Task A_context_of_another_branch_is_of_that_branch_with_its_system_messages_too()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"system","content":"Be kind."}""");
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":0}""")).Is(200);
        await user.WriteMessageAsync(session, """{"role":"system","content":"Be brief."}""");

        var context = (await user.GetAsync($"{session}/context?branch=1&keep=system")).Is(200);

        Assert.Equal([1L, 2], context.Items("messages").Select(message => message.Number("sequence")));
    }

    [Fact]
    public async Task The_memory_of_a_fork_counts_the_messages_that_came_since_on_its_path()
    {
        var (user, session) = await StartAsync(messages: 10);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":5}""")).Is(200);
        (await user.PostAsync($"{session}/memory", """{"content":"Five."}""")).Is(201);
        var early = (await user.PostAsync($"{session}/fork", "{}")).Is(201).Text("session_id");
        for (var i = 0; i < 3; i++)
        {
            await user.WriteMessageAsync(session);
        }

        var late = (await user.PostAsync($"{session}/fork", "{}")).Is(201).Text("session_id");

        var ofEarly = (await user.GetAsync($"/api/v1/sessions/{early}/memory")).Is(200);
        var ofLate = (await user.GetAsync($"/api/v1/sessions/{late}/memory")).Is(200);
        Assert.Equal((5, 0), (ofEarly.Number("total_messages"), ofEarly.Number("messages_since_last_summary")));
        Assert.Equal((5, 3), (ofLate.Number("total_messages"), ofLate.Number("messages_since_last_summary")));
    }

    [Fact]
    public async Task An_import_of_what_is_there_brings_no_removed_message_back()
    {
        var (user, session) = await StartAsync(messages: 4);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":3}""")).Is(200);
        await user.WriteMessageAsync(session);
        var lines = await user.ExportAsync();
        (await user.DeleteAsync($"{session}/messages/2?mode=remove")).Is(200);
        (await user.DeleteAsync($"{session}/messages/5?mode=remove")).Is(200);
        var branches = (await user.GetAsync($"{session}/branches")).Is(200).GetRawText();

        (await user.ImportAsync(lines)).Is(200);

        Assert.Equal(branches, (await user.GetAsync($"{session}/branches")).Is(200).GetRawText());
        Assert.Equal([1, 3], await ShownAsync(user, session));
        Assert.Equal([1, 3, 4], await ShownAsync(user, session, "?branch=1"));
    }

    [Fact]
    public async Task A_path_has_a_greatest_number_of_ranges()
    {
        var (user, session) = await StartAsync(messages: 2);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await using var database = new TestDatabase(service.ConnectionString);
        await database.ExecuteAsync(
            $"""
            UPDATE dev.session_branches
            SET path = (SELECT range_agg(int8range(2 * n + 1, 2 * n + 2)) FROM generate_series(0, 9999) AS n)
            WHERE session_id = '{Guid.Parse(session.Split('/')[^1])}' AND branch_id = 2;
            UPDATE dev.sessions SET message_count = 100000 WHERE session_id = '{Guid.Parse(session.Split('/')[^1])}'
            """);

        (await user.PostAsync($"{session}/rewind", """{"to_sequence":19997}""")).Is(200);
        (await user.PostAsync($"{session}/branches/2/activate", "")).IsProblem(409, "too_many_branches");
    }

    private static Task<Answer> SendAsync(ApiClient user, string path, string body, string ifMatch)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        return user.SendAsync(request);
    }

    private static async Task<IReadOnlyList<long>> ShownAsync(ApiClient user, string session, string query = "") =>
        [.. (await user.GetAsync($"{session}/messages{query}")).Is(200).Items("messages").Select(message => message.Number("sequence"))];

    private async Task<(ApiClient User, string Session)> StartAsync(int messages)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 1; i <= messages; i++)
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"message {{i}}"}""");
        }

        return (user, session);
    }
}
