using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Transfers;

namespace SessionService.IntegrationTests.Feedback;

public sealed class FeedbackTransferTests(TransferFixture service, ElsewhereFixture elsewhere)
    : IClassFixture<TransferFixture>, IClassFixture<ElsewhereFixture>
{
    [Fact]
    public async Task Feedback_goes_along_with_its_session_and_an_import_changes_nothing_that_is_there()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 3);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4.50,"comment":"Good."}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4.75,"comment":"Good."}""")).Is(200);
        (await user.PutAsync($"{session}/messages/3/feedback/tone", """{"value":"kind","source":"model"}""")).Is(201);
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);

        (await DryRunAsync(there, exported)).Has("feedback", created: 2);
        (await there.ImportAsync(exported)).Is(200).Has("feedback", created: 2);

        Assert.Equal(exported, await there.ExportAsync());
        Assert.Contains("\"feedback\":2", exported[^1], StringComparison.Ordinal);
        Assert.Equal((await user.GetAsync($"{session}/messages?include=feedback")).Text, (await there.GetAsync($"{session}/messages?include=feedback")).Text);
        Assert.Equal(
            (await user.GetAsync($"/api/v1/users/{user.UserId}/usage?group_by=metadata.model")).Is(200).GetProperty("totals").Raw("feedback"),
            (await there.GetAsync($"/api/v1/users/{user.UserId}/usage?group_by=metadata.model")).Is(200).GetProperty("totals").Raw("feedback"));
        (await there.PutAsync($"{session}/messages/2/feedback/rating", """{"value":1}""")).Is(200);
        (await there.DeleteAsync($"{session}/messages/3/feedback/tone")).Is(200);
        (await DryRunAsync(there, exported)).Has("feedback", created: 1, unchanged: 1);
        (await there.ImportAsync(exported)).Is(200).Has("feedback", created: 1, unchanged: 1);
        Assert.Equal(1, (await there.GetAsync($"{session}/messages/2/feedback/rating")).Is(200).Number("value"));
    }

    [Theory]
    [InlineData("json", "application/json")]
    [InlineData("jsonl", "application/x-ndjson")]
    public async Task A_single_session_takes_its_feedback_along_in_either_form(string format, string type)
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 2);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":true}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":false}""")).Is(201);

        var exported = await user.GetAsync($"{session}/export?format={format}");
        var there = elsewhere.As(user.UserId);

        (await there.ImportAsync(exported.Text, type: type)).Is(200).Has("feedback", created: 2);
        Assert.Equal((await user.GetAsync($"{session}/messages/2/feedback")).Text, (await there.GetAsync($"{session}/messages/2/feedback")).Text);
        Assert.DoesNotContain("rating", (await user.GetAsync($"{session}/export?format=markdown")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_copy_has_the_feedback_under_its_new_ids()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 2);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4}""")).Is(201);
        var exported = string.Join('\n', await user.ExportAsync());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import?ids=new")
        {
            Content = new StringContent(exported, System.Text.Encoding.UTF8, "application/x-ndjson"),
        };

        var answer = (await user.SendAsync(request)).Is(200);

        answer.Has("feedback", created: 1);
        var copy = answer.Items("session_ids")[0].GetString();
        Assert.Equal(4, (await user.GetAsync($"/api/v1/sessions/{copy}/messages/2/feedback/rating")).Is(200).Number("value"));
    }

    [Fact]
    public async Task The_lines_of_the_export_of_feedback_are_imported_too()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 2);
        var there = elsewhere.As(user.UserId);
        (await there.ImportAsync(await user.ExportAsync())).Is(200);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4,"comment":"Good."}""")).Is(201);

        var lines = (await user.GetAsync($"/api/v1/users/{user.UserId}/feedback/export")).Text;
        (await there.ImportAsync(lines)).Is(200).Has("feedback", created: 1);

        Assert.Equal((await user.GetAsync($"{session}/messages/2/feedback")).Text, (await there.GetAsync($"{session}/messages/2/feedback")).Text);
    }

    [Fact]
    public async Task What_is_wrong_is_told_by_its_line_and_what_is_right_is_stored()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 2);
        var id = session[^36..];
        string Line(string rest) => $$"""{"type":"feedback","session_id":"{{id}}",{{rest}}}""";
        string[] lines =
        [
            Line("\"sequence\":1,\"name\":\"a\",\"value\":1"),
            Line("\"sequence\":3,\"name\":\"a\",\"value\":1"),
            Line($"\"sequence\":2,\"message_id\":\"{Guid.NewGuid()}\",\"name\":\"a\",\"value\":1"),
            Line("\"sequence\":1,\"name\":\"a b\",\"value\":1"),
            Line("\"sequence\":0,\"name\":\"a\",\"value\":[]"),
            $$"""{"type":"feedback","session_id":"{{Guid.NewGuid()}}","sequence":1,"name":"a","value":1}""",
            Line("\"sequence\":2,\"name\":\"b\",\"value\":\"x\",\"source\":\"annotator\",\"created_at\":\"2025-01-01T00:00:00Z\""),
        ];

        var skipped = (await user.ImportAsync(lines, "skip")).Is(200);

        skipped.Has("feedback", created: 2, failed: 5);
        Assert.Equal(
            [(2L, "message_not_found"), (3, "message_not_found"), (4, "validation_failed"), (5, "validation_failed"), (6, "message_not_found")],
            skipped.Items("errors").Select(error => (error.Number("line"), error.Text("code"))).Order());
        Assert.Equal("2025-01-01T00:00:00.000000Z", (await user.GetAsync($"{session}/messages/2/feedback/b")).Is(200).Text("updated_at"));

        string[] next = [Line("\"sequence\":1,\"name\":\"c\",\"value\":1"), lines[1], Line("\"sequence\":1,\"name\":\"d\",\"value\":1")];
        (await user.ImportAsync(next)).Is(200).Has("feedback", created: 1, failed: 1);
        (await user.GetAsync($"{session}/messages/1/feedback/d")).IsProblem(404, "feedback_not_found");
    }

    [Fact]
    public async Task A_message_takes_no_more_names_from_an_import()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 1);
        string[] lines = [.. Enumerable.Range(1, 22).Select(n =>
            $$"""{"type":"feedback","session_id":"{{session[^36..]}}","sequence":1,"name":"n{{n}}","value":1}""")];

        var stopped = (await user.ImportAsync(lines)).Is(200);
        var skipped = (await user.ImportAsync(lines, "skip")).Is(200);

        stopped.Has("feedback", created: 20, failed: 1);
        skipped.Has("feedback", created: 0, unchanged: 20, failed: 2);
        Assert.Equal("feedback_limit_reached", skipped.Items("errors")[0].Text("code"));
    }

    [Fact]
    public async Task The_comment_on_a_message_that_was_redacted_here_does_not_come_back()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 1);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":4,"comment":"4929"}""")).Is(201);
        var exported = await user.ExportAsync();
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        (await user.DeleteAsync($"{session}/messages/1/feedback/rating")).Is(200);

        (await user.ImportAsync(exported)).Is(200).Has("feedback", created: 1);

        Assert.DoesNotContain("4929", (await user.GetAsync($"{session}/messages/1/feedback/rating")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feedback_of_a_history_that_went_another_way_is_not_given_to_other_messages()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user, 2);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":1}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":2}""")).Is(201);
        var exported = await user.ExportAsync();
        var there = elsewhere.As(user.UserId);
        (await there.ImportAsync(exported.Where(line => !line.Contains("\"sequence\":2", StringComparison.Ordinal)))).Is(200);
        await there.WriteMessageAsync(session);

        (await there.ImportAsync(exported, "skip")).Is(200).Has("feedback", created: 1, unchanged: 1);

        // The message went into a branch of its own, with another number.
        Assert.Equal(0, (await there.GetAsync($"{session}/messages/2/feedback")).Is(200).Number("total"));
        Assert.Equal(2, (await there.GetAsync($"{session}/messages/3/feedback/rating")).Is(200).Number("value"));
    }

    private static async Task<System.Text.Json.JsonElement> DryRunAsync(ApiClient user, IEnumerable<string> lines)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/sessions/import?dry_run=true")
        {
            Content = new StringContent(string.Join('\n', lines), System.Text.Encoding.UTF8, "application/x-ndjson"),
        };
        return (await user.SendAsync(request)).Is(200);
    }

    private static async Task<string> FillAsync(ApiClient user, int count)
    {
        var session = await user.StartSessionAsync();
        foreach (var n in Enumerable.Range(1, count))
        {
            await user.WriteMessageAsync(session, $$$"""{"role":"assistant","content":"Message {{{n}}}","metadata":{"model":"m{{{n}}}"}}""");
        }

        return session;
    }
}
