using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

public sealed class RoundTripTests(TransferFixture service, ElsewhereFixture elsewhere) : IClassFixture<TransferFixture>, IClassFixture<ElsewhereFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task What_is_exported_and_imported_elsewhere_is_the_same_to_the_last_digit(int seed)
    {
        var user = service.AsNewUser();
        await new RandomConversations(seed).WriteAsync(user);
        var exported = await user.ExportAsync();

        var there = elsewhere.As(user.UserId);
        var first = (await there.ImportAsync(exported)).Is(200);
        var copy = await there.ExportAsync();
        var second = (await there.ImportAsync(exported)).Is(200);

        Assert.Equal(exported, copy);
        var messages = exported.Count(line => line.StartsWith("""{"type":"message",""", StringComparison.Ordinal));
        var sessions = exported.Count(line => line.StartsWith("""{"type":"session",""", StringComparison.Ordinal));
        Assert.True(first.GetProperty("is_complete").GetBoolean());
        first.Has("messages", messages);
        first.Has("sessions", sessions);
        var memories = exported.Count(line => line.StartsWith("""{"type":"user_memory""", StringComparison.Ordinal));
        first.Has("user_memories", memories);
        second.Has("user_memories", created: 0, unchanged: memories);
        second.Has("messages", created: 0, unchanged: messages);
        second.Has("sessions", created: 0, unchanged: sessions);
        Assert.Equal(exported, await there.ExportAsync());
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task An_import_that_broke_off_is_completed_by_sending_it_again(int seed)
    {
        var user = service.AsNewUser();
        await new RandomConversations(seed).WriteAsync(user);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        for (var part = 1; part < 4; part++)
        {
            (await there.ImportAsync(exported.Take(exported.Length * part / 4))).Is(200);
        }

        Assert.Equal(0, (await there.ImportAsync(exported)).Is(200).Number("failed"));
        Assert.Equal(exported, await there.ExportAsync());
    }

    [Fact]
    public async Task The_same_import_sent_several_times_at_once_stores_everything_once()
    {
        var user = service.AsNewUser();
        await new RandomConversations(21).WriteAsync(user);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => there.ImportAsync(exported)));

        Assert.All(answers, answer => Assert.Equal(0, answer.Is(200).Number("failed")));
        Assert.Equal(
            exported.Count(line => line.StartsWith("""{"type":"message",""", StringComparison.Ordinal)),
            answers.Sum(answer => answer.Is(200).GetProperty("messages").Number("created")));
        Assert.Equal(exported, await there.ExportAsync());
    }

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("jsonl", "application/x-ndjson")]
    public async Task A_single_session_goes_elsewhere_in_either_form(string format, string type)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"metadata":{"a":1.50}}""");
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","cost_usd":0.0000000001}""");
        await user.WriteMessageAsync(session, """{"role":"assistant","content":"\"}],{["}""");
        (await user.PostAsync($"{session}/memory", """{"content":"Greets."}""")).Is(201);

        var exported = await user.GetAsync($"{session}/export?format={format}");
        var there = elsewhere.As(user.UserId);
        var imported = (await there.ImportAsync(exported.Text, type: type)).Is(200);

        Assert.Equal(type, exported.ContentType);
        imported.Has("sessions", 1);
        imported.Has("messages", 2);
        imported.Has("memories", 1);
        Assert.Equal((await user.GetAsync(session)).Text, (await there.GetAsync(session)).Text);
        Assert.Equal((await user.GetAsync($"{session}/messages")).Text, (await there.GetAsync($"{session}/messages")).Text);
        Assert.Equal((await user.GetAsync($"{session}/memory")).Text, (await there.GetAsync($"{session}/memory")).Text);
    }

    [Fact]
    public async Task An_import_is_its_callers_whoever_the_file_names_and_statistics_count_it_exactly()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Hello","tokens_used":3,"cost_usd":0.25}""");
        (await user.DeleteAsync(session)).Is(200);
        var exported = await user.ExportAsync();
        var other = elsewhere.AsNewUser();
        var before = (await other.GetAsync("/api/v1/sessions/stats")).Is(200);

        (await other.ImportAsync(exported)).Is(200);
        (await other.ImportAsync(exported)).Is(200);

        var after = (await other.GetAsync("/api/v1/sessions/stats")).Is(200);
        Assert.Equal(before.Number("total_sessions") + 1, after.Number("total_sessions"));
        Assert.Equal(before.Number("active_sessions"), after.Number("active_sessions"));
        Assert.Equal(before.Number("total_messages") + 1, after.Number("total_messages"));
        Assert.Equal(before.Number("total_tokens") + 3, after.Number("total_tokens"));
        Assert.Equal(before.GetProperty("total_cost").GetDecimal() + 0.25m, after.GetProperty("total_cost").GetDecimal());
        var imported = (await other.GetAsync(session)).Is(200);
        Assert.Equal(other.UserId, imported.Text("user_id"));
        Assert.Equal("ended", imported.Text("status"));
        (await other.PostAsync($"{session}/messages", """{"role":"user","content":"More"}""")).IsProblem(409, "session_ended");
    }

    [Fact]
    public async Task A_redacted_message_stays_so_elsewhere()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"My number is 4929.","tokens_used":3,"metadata":{"a":1}}""");
        await user.WriteMessageAsync(session);
        var before = await user.ExportAsync();
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        (await there.ImportAsync(exported)).Is(200).Has("messages", created: 2);
        (await there.ImportAsync(before)).Is(200).Has("messages", created: 0, unchanged: 2);

        Assert.Contains("\"redacted_at\":", exported[1], StringComparison.Ordinal);
        Assert.Equal(exported, await there.ExportAsync());
        var said = exported[1].Replace("\"content\":\"\"", "\"content\":\"4929\"", StringComparison.Ordinal);
        (await there.ImportAsync([exported[0], said])).Is(200).Has("messages", created: 0, failed: 1);
    }

    [Fact]
    public async Task What_is_known_of_a_user_goes_along_with_what_it_was_and_where_it_came_from()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var memories = $"/api/v1/users/{user.UserId}/memories";
        var memory = (await user.PostAsync(memories, $$"""{"content":"Likes tea.","session_id":"{{session[^36..]}}","sequence":1,"importance":0.5}""")).Is(201);
        var path = $"{memories}/{memory.Text("memory_id")}";
        (await user.PutAsync(path, """{"content":"Likes coffee.","valid_until":"2030-01-01T00:00:00Z","metadata":{"a":1.50}}""")).Is(200);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        (await there.ImportAsync(exported)).Is(200).Has("user_memories", created: 2);

        Assert.EndsWith(""","user_memories":1}""", exported[^1], StringComparison.Ordinal);
        Assert.Equal((await user.GetAsync(path)).Text, (await there.GetAsync(path)).Text);
        Assert.Equal((await user.GetAsync($"{path}/versions")).Text, (await there.GetAsync($"{path}/versions")).Text);
        Assert.Contains("Likes coffee.", (await there.PostAsync($"{memories}/search", """{"query":"coffee"}""")).Text, StringComparison.Ordinal);
        var stray = exported.Single(line => line.StartsWith("""{"type":"user_memory_version",""", StringComparison.Ordinal));
        (await elsewhere.AsNewUser().ImportAsync([stray])).Is(200).Has("user_memories", created: 0, failed: 1);
        Assert.DoesNotContain("user_memory", (await user.GetAsync($"{session}/export?format=jsonl")).Text.Replace("user_memories\":0", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_as_markdown_is_for_people()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"How **are** you?"}""");

        var answer = await user.GetAsync($"{session}/export?format=markdown");

        Assert.Equal("text/markdown", answer.ContentType);
        Assert.Contains("## 1. user, ", answer.Text, StringComparison.Ordinal);
        Assert.Contains("How **are** you?", answer.Text, StringComparison.Ordinal);
        Assert.Contains("attachment", answer.Headers["Content-Disposition"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_users_session_and_another_users_export_are_not_to_be_had()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var other = service.AsNewUser();

        (await other.GetAsync($"{session}/export")).IsProblem(404, "session_not_found");
        (await other.GetAsync($"/api/v1/users/{user.UserId}/export")).IsProblem(403, "user_mismatch");
        (await user.GetAsync($"{session}/export?format=pdf")).IsInvalid("format");
    }
}
