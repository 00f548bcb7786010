using System.Text.Json;
using SessionService.IntegrationTests.Digests;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>What a message in progress is to everybody else, until it is completed.</summary>
public sealed class OpenMessageTests(OpenMessageTests.Fixture service) : IClassFixture<OpenMessageTests.Fixture>
{
    private const string Usage = "?from=2020-01-01T00:00:00Z";

    [Fact]
    public async Task A_message_has_its_number_when_it_is_opened_and_counts_when_it_is_completed()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":5}""");

        var opened = (await user.PostAsync($"{session}/messages", """{"role":"assistant","status":"in_progress","tokens_used":2}""")).Is(201);
        var during = (await user.GetAsync(session)).Is(200);
        var message = $"{session}/messages/2";
        await user.GrowAsync(message, "Hel", "lo!");
        var completed = (await user.CompleteAsync(message, """{"tokens_used":7,"cost_usd":0.5,"metadata":{"model":"m1"}}""")).Is(200);

        Assert.Equal(2, opened.Number("sequence"));
        Assert.Equal((2, 2, 5), (during.Number("message_count"), during.Number("visible_messages"), during.Number("total_tokens")));
        Assert.Equal("Hello!", completed.Text("content"));
        Assert.Equal("completed", completed.Text("status"));
        Assert.Equal(7, completed.Number("tokens_used"));
        Assert.Equal("m1", completed.GetProperty("metadata").Text("model"));
        Assert.Equal(opened.Text("message_id"), completed.Text("message_id"));
        var after = (await user.GetAsync(session)).Is(200);
        Assert.Equal((2, 12, "0.5"), (after.Number("message_count"), after.Number("total_tokens"), after.Raw("total_cost")));
        var read = (await user.GetAsync(message)).Is(200);
        Assert.True(JsonElement.DeepEquals(completed, read));
        Assert.Equal(read.GetRawText(), (await user.GetAsync($"{session}/messages?after=1")).Is(200).Items("messages").Single().GetRawText());
    }

    [Fact]
    public async Task Tokens_that_were_given_at_the_opening_count_at_the_end()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session, """{"role":"assistant","status":"in_progress","tokens_used":3,"cost_usd":0.25,"metadata":{"a":1}}""");
        Assert.Equal(0, (await user.GetAsync(session)).Is(200).Number("total_tokens"));

        var completed = (await user.CompleteAsync(message)).Is(200);

        Assert.Equal((3, "0.25"), (completed.Number("tokens_used"), completed.Raw("cost_usd")));
        Assert.Equal(1, completed.GetProperty("metadata").Number("a"));
        Assert.Equal((3, "0.25"), ((await user.GetAsync(session)).Is(200).Number("total_tokens"), (await user.GetAsync(session)).Is(200).Raw("total_cost")));
    }

    [Theory]
    [InlineData("", new long[] { 1, 2 })]
    [InlineData("?after=0&limit=10", new long[] { 1, 2 })]
    [InlineData("?after=2", new long[0])]
    [InlineData("?after=3", new long[0])]
    [InlineData("?before=5&limit=1", new long[] { 2 })]
    [InlineData("?order=desc", new long[] { 2, 1 })]
    [InlineData("?role=user", new long[] { 1, 2 })]
    [InlineData("?branch=all", new long[] { 1, 2 })]
    [InlineData("?metadata.kind=tea", new long[] { 2 })]
    [InlineData("?branch=1", new long[] { 1, 2 })]
    [InlineData("?include=in_progress", new long[] { 1, 2, 3, 4 })]
    [InlineData("?include=in_progress&branch=all", new long[] { 1, 2, 3, 4 })]
    [InlineData("?include=in_progress&after=2", new long[] { 3, 4 })]
    [InlineData("?include=feedback,in_progress&role=assistant", new long[] { 3 })]
    public async Task Lists_end_before_the_first_message_in_progress_unless_it_is_asked_for(string query, long[] shown)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session, """{"role":"user","content":"Tea","metadata":{"kind":"tea"}}""");
        await user.GrowAsync(await user.OpenAsync(session), "Half");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Tea","metadata":{"kind":"tea"}}""");

        var list = (await user.GetAsync($"{session}/messages{query}")).Is(200);

        Assert.Equal(shown, list.Items("messages").Select(message => message.Number("sequence")));
        var isFiltered = query.Contains("role", StringComparison.Ordinal);
        Assert.Equal(query.Contains("in_progress", StringComparison.Ordinal) ? isFiltered ? 1 : 4 : 2, list.Number("total"));
        if (list.TryGetProperty("has_more", out var hasMore))
        {
            Assert.Equal(query.Contains("before", StringComparison.Ordinal), hasMore.GetBoolean());
        }
    }

    [Fact]
    public async Task Whoever_asks_for_it_gets_what_a_message_has_so_far()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session, """{"role":"assistant","content":"Well, ","status":"in_progress"}""");
        await user.GrowAsync(message, "tea", " or");

        var one = (await user.GetAsync(message)).Is(200);
        var listed = (await user.GetAsync($"{session}/messages?include=in_progress")).Is(200).Items("messages").Single();

        Assert.Equal(("in_progress", "Well, tea or"), (one.Text("status"), one.Text("content")));
        Assert.Equal(one.GetRawText(), listed.GetRawText());
    }

    [Fact]
    public async Task What_comes_behind_a_message_in_progress_appears_with_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var (first, second) = (await user.OpenAsync(session), await user.OpenAsync(session));
        await user.WriteMessageAsync(session);

        Assert.Empty(await user.ShownAsync(session));
        (await user.CompleteAsync(second, """{"content":"Two"}""")).Is(200);
        Assert.Empty(await user.ShownAsync(session));
        (await user.CompleteAsync(first, """{"content":"One"}""")).Is(200);

        Assert.Equal([1, 2, 3], await user.ShownAsync(session));
    }

    [Fact]
    public async Task A_message_in_progress_on_another_branch_keeps_nobody_waiting()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var message = await user.OpenAsync(session);

        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await user.WriteMessageAsync(session);

        Assert.Equal([1, 3], await user.ShownAsync(session));
        Assert.Equal([1], await user.ShownAsync(session, "?branch=1"));
        Assert.Equal([1], await user.ShownAsync(session, "?branch=all"));
        (await user.GrowAsync(message, 0, "Still here")).Is(200);
        (await user.CompleteAsync(message)).Is(200);
        Assert.Equal([1, 3], await user.ShownAsync(session));
        Assert.Equal([1, 2], await user.ShownAsync(session, "?branch=1"));
    }

    [Fact]
    public async Task A_conversation_may_go_on_from_a_message_in_progress()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var message = await user.OpenAsync(session);
        await user.WriteMessageAsync(session);

        (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        await user.WriteMessageAsync(session);

        Assert.Equal([1], await user.ShownAsync(session));
        Assert.Equal([1, 2, 4], await user.ShownAsync(session, "?include=in_progress"));
        (await user.CompleteAsync(message, """{"content":"Done"}""")).Is(200);
        Assert.Equal([1, 2, 4], await user.ShownAsync(session));
    }

    [Fact]
    public async Task Exports_forks_copies_contexts_and_memories_end_before_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Before","tokens_used":3}""");
        await user.GrowAsync(await user.OpenAsync(session), "Half");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Behind","tokens_used":4}""");

        var memory = (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        var export = await user.ExportAsync();
        var fork = (await user.PostAsync($"{session}/fork", "{}")).Is(201);
        var copy = (await user.PostAsync($"{session}/copy", $$"""{"user_id":"{{user.UserId}}"}""")).Is(201);
        var context = await user.GetAsync($"{session}/context");

        Assert.Equal(1, memory.Number("total_messages"));
        Assert.DoesNotContain(export, line => line.Contains("Half", StringComparison.Ordinal) || line.Contains("Behind", StringComparison.Ordinal));
        Assert.Contains(export, line => line.Contains("Before", StringComparison.Ordinal));
        Assert.Equal((1, 3), (fork.Number("message_count"), fork.Number("total_tokens")));
        Assert.Equal((1, 3), (copy.Number("message_count"), copy.Number("total_tokens")));
        Assert.Equal([1], await user.ShownAsync($"/api/v1/sessions/{copy.Text("session_id")}"));
        Assert.DoesNotContain("Half", context.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Behind", context.Text, StringComparison.Ordinal);
        (await user.CompleteAsync($"{session}/messages/2")).Is(200);
        Assert.Equal(2, (await user.GetAsync($"{session}/memory")).Is(200).Number("messages_since_last_summary"));
    }

    [Fact]
    public async Task A_copy_of_a_session_with_branches_ends_before_it_on_every_branch()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 3; i++)
        {
            await user.WriteMessageAsync(session);
        }

        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await user.WriteMessageAsync(session);
        await user.OpenAsync(session);
        await user.WriteMessageAsync(session);

        var copy = (await user.PostAsync($"{session}/copy", $$"""{"user_id":"{{user.UserId}}"}""")).Is(201);

        var path = $"/api/v1/sessions/{copy.Text("session_id")}";
        Assert.Equal((4, 2), (copy.Number("message_count"), copy.Number("visible_messages")));
        Assert.Equal([1, 4], await user.ShownAsync(path));
        await user.WriteMessageAsync(path);
        Assert.Equal([1, 4, 5], await user.ShownAsync(path));
        Assert.Equal([1, 2, 3], await user.ShownAsync(path, "?branch=1"));
    }

    [Fact]
    public async Task Search_digest_and_usage_wait_for_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"jasmine before","tokens_used":1}""");
        var message = await user.OpenAsync(session);
        await user.GrowAsync(message, "jasmine inside");
        await user.WriteMessageAsync(session, """{"role":"user","content":"jasmine behind","tokens_used":4}""");

        Assert.Equal(1, await HitsAsync());
        Assert.Equal((2, 5), await UsedAsync());
        await service.DigestAsync();
        await service.DigestAsync();
        Assert.Equal(1, await HitsAsync());
        Assert.Equal((2, 5), await UsedAsync());
        (await user.CompleteAsync(message, """{"tokens_used":10}""")).Is(200);
        Assert.Equal(3, await HitsAsync());
        Assert.Equal((3, 15), await UsedAsync());
        await service.DigestAsync();
        Assert.Equal(3, await HitsAsync());
        Assert.Equal((3, 15), await UsedAsync());

        async Task<long> HitsAsync() => (await user.GetAsync("/api/v1/sessions/search?q=jasmine")).Is(200).Number("total_hits");

        async Task<(long Messages, long Tokens)> UsedAsync()
        {
            var usage = (await user.GetAsync($"/api/v1/users/{user.UserId}/usage{Usage}")).Is(200).GetProperty("totals");
            return (usage.Number("messages"), usage.Number("tokens"));
        }
    }

    [Fact]
    public async Task The_statistics_of_the_service_count_it_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var before = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        var message = await user.OpenAsync(session);
        var during = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);

        (await user.CompleteAsync(message, """{"content":"Tea","tokens_used":10}""")).Is(200);
        (await user.CompleteAsync(message, """{"content":"Tea","tokens_used":10}""")).IsProblem(409, "message_closed");

        var after = (await user.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.True(during.Number("total_messages") > before.Number("total_messages"));
        Assert.True(after.Number("total_tokens") >= before.Number("total_tokens") + 10);
        (await user.DeleteAsync($"{session}/data")).Is(200);
        Assert.Equal(before.Number("total_tokens"), (await user.GetAsync("/api/v1/sessions/stats")).Is(200).Number("total_tokens"));
    }

    [Fact]
    public async Task It_is_neither_redacted_nor_judged_before_it_is_whole()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);

        (await user.DeleteAsync(message)).IsProblem(409, "message_in_progress");
        (await user.DeleteAsync($"{message}?mode=remove")).IsProblem(409, "message_in_progress");
        (await user.PutAsync($"{message}/feedback/rating", """{"value":true}""")).IsProblem(409, "message_in_progress");
        await user.GrowAsync(message, "Secret");
        (await user.CompleteAsync(message, """{"metadata":{"model":"m1"}}""")).Is(200);

        (await user.PutAsync($"{message}/feedback/rating", """{"value":true}""")).Is(201);
        var usage = await user.GetAsync($"/api/v1/users/{user.UserId}/usage{Usage}&group_by=metadata.model");
        Assert.Contains("\"m1\"", usage.Text, StringComparison.Ordinal);
        Assert.Equal("", (await user.DeleteAsync(message)).Is(200).Text("content"));
    }

    [Theory]
    [InlineData("ended")]
    [InlineData("archived")]
    [InlineData("expired")]
    [InlineData("completed")]
    public async Task A_message_is_completed_whatever_became_of_its_session(string status)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        (await user.PutAsync(session, $$"""{"status":"{{status}}"}""")).Is(200);

        await user.GrowAsync(message, "Late");
        (await user.CompleteAsync(message)).Is(200);

        Assert.Equal([1], await user.ShownAsync(session));
        Assert.Equal(status, (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task It_has_a_number_like_any_other_message()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.OpenAsync(session, """{"role":"assistant","status":"in_progress","expected_sequence":1}""");

        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hi","expected_sequence":1}""")).IsProblem(409, "sequence_mismatch");
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hi","expected_sequence":2}""")).Is(201);
    }

    [Fact]
    public async Task A_batch_may_open_messages()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var batch = (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{"role":"user","content":"Tea?"},{{Open}}]}""")).Is(201);

        Assert.Equal("in_progress", batch.Items("messages")[1].Text("status"));
        Assert.Equal([1], await user.ShownAsync(session));
        await user.GrowAsync($"{session}/messages/2", "Yes");
        (await user.CompleteAsync($"{session}/messages/2")).Is(200);
        Assert.Equal([1, 2], await user.ShownAsync(session));
    }

    [Fact]
    public async Task The_same_file_again_is_the_same_delta()
    {
        var user = service.AsNewUser();
        var message = await user.OpenAsync(await user.StartSessionAsync());
        var file = Convert.ToBase64String(new byte[64 * 1024]);
        var delta = $$$"""{"index":0,"parts":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"{{{file}}}"}}]}""";
        (await user.PostAsync($"{message}/deltas", delta)).Is(200);

        var again = await user.PostAsync($"{message}/deltas", delta);

        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(1, again.Is(200).Number("next_index"));
    }

    [Fact]
    public async Task A_message_that_is_opened_again_with_its_key_is_opened_once()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var first = (await user.PostAsync($"{session}/messages", Open, "key-1")).Is(201);
        var again = await user.PostAsync($"{session}/messages", Open, "key-1");

        Assert.Equal("true", again.Headers["Idempotency-Replayed"]);
        Assert.Equal(first.GetRawText(), again.Is(201).GetRawText());
        Assert.Equal(1, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    [Fact]
    public async Task An_archived_session_is_taken_up_by_a_message_in_progress()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionInAsync("archived");

        await user.OpenAsync(session);

        Assert.Equal("active", (await user.GetAsync(session)).Is(200).Text("status"));
    }

    [Fact]
    public async Task Erasure_removes_it_with_its_deltas()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.GrowAsync(await user.OpenAsync(session), "Half", " a word");

        var rows = (await user.DeleteAsync($"/api/v1/users/{user.UserId}/data")).Is(200).GetProperty("rows");

        Assert.Equal((1, 2), (rows.Number("open_messages"), rows.Number("message_deltas")));
        (await user.GrowAsync($"{session}/messages/1", 2, "!")).IsProblem(404, "session_not_found");
        (await user.CompleteAsync($"{session}/messages/1")).IsProblem(404, "session_not_found");
    }

    [Fact]
    public async Task Another_user_finds_no_such_message()
    {
        var user = service.AsNewUser();
        var message = await user.OpenAsync(await user.StartSessionAsync());
        var other = service.AsNewUser();

        (await other.GrowAsync(message, 0, "Mine")).IsProblem(404, "session_not_found");
        (await other.CompleteAsync(message)).IsProblem(404, "session_not_found");
        (await user.GetAsync(message)).Is(200);
    }

    [Fact]
    public async Task So_many_of_a_session_and_of_a_user_may_be_in_progress()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var messages = new List<string>();
        for (var i = 0; i < 10; i++)
        {
            messages.Add(await user.OpenAsync(session));
        }

        (await user.PostAsync($"{session}/messages", Open)).IsProblem(409, "too_many_open_messages");
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{Open}},{"role":"user","content":"Hi"}]}""")).IsProblem(409, "too_many_open_messages");
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hi"}""")).Is(201);
        (await user.CompleteAsync(messages[3])).Is(200);
        await user.OpenAsync(session);
        var other = await user.StartSessionAsync();
        await user.OpenAsync(other);
        await user.OpenAsync(other);
        (await user.PostAsync($"{other}/messages", Open)).IsProblem(409, "too_many_open_messages");
    }

    public sealed class Fixture : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [.. DigestByHand.Settings, new("Deltas:MaxOfUser", "12")];
    }
}
