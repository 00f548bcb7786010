using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Transfers;

/// <summary>Exports and imports of sessions with branches.</summary>
public sealed class BranchTransferTests(TransferFixture service, ElsewhereFixture elsewhere) : IClassFixture<TransferFixture>, IClassFixture<ElsewhereFixture>
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Branches_go_elsewhere_as_they_are_also_where_the_import_breaks_off(int seed)
    {
        var user = service.AsNewUser();
        var session = await WriteAsync(user, seed);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        for (var part = 1; part < 4; part++)
        {
            (await there.ImportAsync(exported.Take(exported.Length * part / 4))).Is(200);
        }

        Assert.Equal(0, (await there.ImportAsync(exported)).Is(200).Number("failed"));
        Assert.Equal(exported, await there.ExportAsync());
        Assert.Equal((await user.GetAsync(session)).Text, (await there.GetAsync(session)).Text);
        Assert.Equal((await user.GetAsync($"{session}/branches")).Text, (await there.GetAsync($"{session}/branches")).Text);
        foreach (var query in new[] { "", "?branch=all", "?branch=1", "?role=user" })
        {
            Assert.Equal((await user.GetAsync($"{session}/messages{query}")).Text, (await there.GetAsync($"{session}/messages{query}")).Text);
        }

        var again = (await there.ImportAsync(exported)).Is(200);
        again.Has("messages", created: 0, unchanged: exported.Count(line => TypeOf(line) is "message" or "branch_message"));
        again.Has("branches", created: 0, unchanged: exported.Count(line => TypeOf(line) == "branch"));
        Assert.Equal(exported, await there.ExportAsync());
    }

    [Theory]
    [InlineData(11, "json", "application/json")]
    [InlineData(12, "json", "application/json")]
    [InlineData(13, "jsonl", "application/x-ndjson")]
    public async Task A_session_with_branches_goes_elsewhere_in_either_form_and_a_copy_is_the_same(int seed, string format, string type)
    {
        var user = service.AsNewUser();
        var session = await WriteAsync(user, seed);
        var exported = (await user.GetAsync($"{session}/export?format={format}")).Text;
        var before = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        (await there.ImportAsync(exported, type: type)).Is(200).Has("sessions", created: 1);
        (await there.ImportAsync(exported, type: type)).Is(200).Has("messages", created: 0, unchanged: await CountAsync(user, session));
        var copy = (await ImportAsync(user, exported, "ids=new", type)).Is(200).Items("session_ids")[0].GetString();
        (await ImportAsync(user, exported, "ids=new", type)).Is(200).Has("branches", created: 0, unchanged: await CountBranchesAsync(user, session));

        Assert.Equal(before, await there.ExportAsync());
        Assert.Equal((await user.GetAsync($"{session}/branches")).Text, (await there.GetAsync($"{session}/branches")).Text);
        Assert.Equal((await user.GetAsync($"{session}/branches")).Text, (await user.GetAsync($"/api/v1/sessions/{copy}/branches")).Text);
        Assert.Equal(await SaidAsync(user, session), await SaidAsync(user, $"/api/v1/sessions/{copy}"));
    }

    [Fact]
    public async Task An_export_shows_the_current_branch_and_another_or_all_when_asked()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await SayAsync(user, session, "1", "2", "3", "4");
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":2}""")).Is(200);
        await SayAsync(user, session, "5");

        var lines = (await user.GetAsync($"{session}/export?format=jsonl")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var document = JsonDocument.Parse((await user.GetAsync($"{session}/export")).Text).RootElement;
        var other = (await user.GetAsync($"{session}/export?branch=1")).Is(200);
        var all = (await user.GetAsync($"{session}/export?branch=all&format=jsonl")).Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var markdown = (await user.GetAsync($"{session}/export?format=markdown")).Text;

        Assert.Equal(
            ["export", "session", "message", "message", "branch_message", "branch_message", "message", "branch", "branch", "end"], lines.Select(TypeOf));
        Assert.Contains("\"messages\":3,", lines[^1], StringComparison.Ordinal);
        Assert.Contains("\"branch_messages\":2,\"branches\":2", lines[^1], StringComparison.Ordinal);
        Assert.Equal(["1", "2", "5"], document.Items("messages").Select(message => message.Text("content")));
        Assert.Equal(["3", "4"], document.Items("branch_messages").Select(message => message.Text("content")));
        Assert.Equal("[[1,2],[5,5]]", document.Items("branches")[1].GetProperty("path").GetRawText());
        Assert.Equal(["1", "2", "3", "4"], other.Items("messages").Select(message => message.Text("content")));
        Assert.False(other.TryGetProperty("branches", out _));
        Assert.Equal(["", "1", "2", "3", "2"], all.Where(line => TypeOf(line) == "message").Select(line => JsonDocument.Parse(line).RootElement.GetProperty("parent_sequence").ToString()));
        Assert.Contains("## 5. user", markdown, StringComparison.Ordinal);
        Assert.DoesNotContain("## 3. user", markdown, StringComparison.Ordinal);
        (await user.GetAsync($"{session}/export?branch=9")).IsProblem(404, "branch_not_found");
        (await user.GetAsync($"{session}/export?branch=some")).IsInvalid("branch");
    }

    [Theory]
    [InlineData("[[1,9]]", "branch_mismatch")]
    [InlineData("[[2,3],[1,1]]", "validation_failed")]
    [InlineData("[[1,2],[2,3]]", "validation_failed")]
    [InlineData("[[0,2]]", "validation_failed")]
    [InlineData("[[1,9223372036854775807]]", "validation_failed")]
    [InlineData("[1]", "validation_failed")]
    [InlineData("7", "validation_failed")]
    public async Task A_branch_that_does_not_fit_is_a_wrong_line(string path, string code)
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();

        var answer = (await user.ImportAsync([Session(session), Message(session, 1), Message(session, 2), Message(session, 3), Branch(session, 2, path)], "skip")).Is(200);

        Assert.Equal((5, code), (Assert.Single(answer.Items("errors")).Number("line"), answer.Items("errors")[0].Text("code")));
        answer.Has("branches", created: 0, failed: 1);
        Assert.Equal(3, (await user.GetAsync($"/api/v1/sessions/{session}/messages")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_branch_of_an_unknown_session_or_with_too_great_an_id_is_a_wrong_line()
    {
        var user = service.AsNewUser();
        var session = Guid.NewGuid();

        var answer = (await user.ImportAsync(
            [Branch(Guid.NewGuid(), 1, "[[1,1]]"), Session(session), Message(session, 1), Branch(session, 10_001, "[[1,1]]")], "skip")).Is(200);

        Assert.Equal(["session_not_found", "validation_failed"], answer.Items("errors").Select(error => error.Text("code")));
    }

    [Fact]
    public async Task An_import_into_a_session_that_went_another_way_adds_a_branch_and_changes_no_conversation()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await SayAsync(user, session, "1", "2", "3");
        var there = elsewhere.As(user.UserId);
        (await there.ImportAsync(await user.ExportAsync())).Is(200);
        await SayAsync(there, session, "4 there");
        (await user.DeleteAsync($"{session}/messages/2?mode=remove")).Is(200);
        await SayAsync(user, session, "4 here", "5 here");
        var exported = await user.ExportAsync();
        var trial = (await ImportAsync(there, string.Join('\n', exported), "dry_run=true")).Is(200);

        var answer = (await there.ImportAsync(exported)).Is(200);
        var after = await there.ExportAsync();
        var again = (await there.ImportAsync(exported)).Is(200);

        trial.Has("messages", created: 2, unchanged: 3);
        answer.Has("messages", created: 2, unchanged: 3);
        again.Has("messages", created: 0, unchanged: 5);
        Assert.Equal(after, await there.ExportAsync());
        Assert.Equal(["1", "2", "3", "4 there"], await SaidAsync(there, session));
        var branch = Assert.Single(answer.Items("diverged_sessions")).Number("branch_id");
        Assert.Equal(["1", "2", "3", "4 here", "5 here"], await SaidAsync(there, session, $"?branch={branch}"));
        Assert.Empty(again.Items("diverged_sessions"));
        var summary = (await there.GetAsync(session)).Is(200);
        Assert.Equal((6, 4), (summary.Number("message_count"), summary.Number("visible_messages")));
        await SayAsync(there, session, "7");
        Assert.Equal(["1", "2", "3", "4 there", "7"], await SaidAsync(there, session));
    }

    [Fact]
    public async Task The_same_branches_sent_several_times_at_once_are_stored_once()
    {
        var user = service.AsNewUser();
        var session = await WriteAsync(user, 31);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => there.ImportAsync(exported)));

        Assert.All(answers, answer => Assert.Equal(0, answer.Is(200).Number("failed")));
        Assert.Equal(await CountAsync(user, session), answers.Sum(answer => answer.Is(200).GetProperty("messages").Number("created")));
        Assert.Equal(exported, await there.ExportAsync());
    }

    [Fact]
    public async Task An_import_beside_appends_and_rewinds_leaves_each_conversation_whole()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await SayAsync(user, session, "1", "2");
        var there = elsewhere.As(user.UserId);
        (await there.ImportAsync(await user.ExportAsync())).Is(200);
        await SayAsync(user, session, [.. Enumerable.Range(3, 40).Select(n => $"{n}")]);
        var exported = await user.ExportAsync();

        await Task.WhenAll(
            there.ImportAsync(exported),
            there.ImportAsync(exported),
            SayAsync(there, session, "a", "b", "c"),
            there.PostAsync($"{session}/rewind", """{"to_sequence":1}"""));

        (await there.ImportAsync(exported)).Is(200).Has("messages", created: 0, unchanged: 42);
        var branches = (await there.GetAsync($"{session}/branches")).Is(200).Items("branches");
        var ways = new List<string>();
        foreach (var branch in branches)
        {
            var said = await SaidAsync(there, session, $"?branch={branch.Number("branch_id")}&page_size=100");
            Assert.Equal(branch.Number("message_count"), said.Count);
            ways.Add(string.Join(' ', said));
        }

        Assert.Contains(ways, way => way.StartsWith(string.Join(' ', Enumerable.Range(1, 42)), StringComparison.Ordinal));
        var shown = (await there.GetAsync(session)).Is(200);
        Assert.Equal(45, shown.Number("message_count"));
        Assert.Equal(shown.Number("visible_messages"), (await SaidAsync(there, session, "?page_size=100")).Count);
    }

    /// <summary>Writes a session with branches of any shape, the same one for the same seed.</summary>
    private static async Task<string> WriteAsync(ApiClient user, int seed)
    {
        var random = new Random(seed);
        var session = await user.StartSessionAsync();
        await SayAsync(user, session, "first", "second");
        for (var step = 0; step < 25; step++)
        {
            var shown = (await user.GetAsync($"{session}/messages?page_size=100")).Is(200).Items("messages");
            switch (random.Next(7))
            {
                case 0:
                    var to = shown.Count == 0 || random.Next(8) == 0 ? 0 : shown[random.Next(shown.Count)].Number("sequence");
                    (await user.PostAsync($"{session}/rewind", $$"""{"to_sequence":{{to}}}""")).Is(200);
                    break;

                case 1:
                    var branches = (await user.GetAsync($"{session}/branches")).Is(200).Items("branches");
                    (await user.PostAsync($"{session}/branches/{branches[random.Next(branches.Count)].Number("branch_id")}/activate", "{}")).Is(200);
                    break;

                case 2:
                    (await user.SendAsync(HttpMethod.Patch, $"{session}/branches/1", $$"""{"name":"name {{step}}"}""")).Is(200);
                    break;

                case 3 when shown.Count > 2:
                    (await user.DeleteAsync($"{session}/messages/{shown[random.Next(shown.Count)].Number("sequence")}?mode=remove")).Is(200);
                    break;

                default:
                    await SayAsync(user, session, $"{step}a", $"{step}b");
                    break;
            }
        }

        return session;
    }

    private static async Task SayAsync(ApiClient user, string session, params string[] texts)
    {
        foreach (var text in texts)
        {
            // Behind an import a message may wait too long.
            await user.WriteOnceAsync($"{session}/messages", $$"""{"role":"user","content":"{{text}}","tokens_used":1}""");
        }
    }

    private static async Task<IReadOnlyList<string>> SaidAsync(ApiClient user, string session, string query = "") =>
        [.. (await user.GetAsync($"{session}/messages{query}")).Is(200).Items("messages").Select(message => message.Text("content"))];

    private static async Task<long> CountAsync(ApiClient user, string session) => (await user.GetAsync(session)).Is(200).Number("message_count");

    private static async Task<long> CountBranchesAsync(ApiClient user, string session) =>
        (await user.GetAsync($"{session}/branches")).Is(200).Number("total");

    private static async Task<Answer> ImportAsync(ApiClient user, string body, string query, string type = "application/x-ndjson")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/v1/sessions/import?{query}")
        {
            Content = new StringContent(body, System.Text.Encoding.UTF8, type),
        };
        return await user.SendAsync(request);
    }

    private static string TypeOf(string line) => JsonDocument.Parse(line).RootElement.Text("type");

    private static string Session(Guid id) => $$"""{"type":"session","session_id":"{{id}}"}""";

    private static string Message(Guid session, int number) =>
        $$"""{"type":"message","session_id":"{{session}}","sequence":{{number}},"role":"user","content":"{{number}}"}""";

    private static string Branch(Guid session, int id, string path) =>
        $$"""{"type":"branch","session_id":"{{session}}","branch_id":{{id}},"path":{{path}}}""";
}
