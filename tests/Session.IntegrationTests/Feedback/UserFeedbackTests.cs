using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Feedback;

public sealed class UserFeedbackTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task All_feedback_of_a_user_is_listed_the_last_first_and_by_filters()
    {
        var user = service.AsNewUser();
        var (first, second) = (await FillAsync(user), await FillAsync(user));
        await FillAsync(service.AsNewUser());
        var written = new List<JsonElement>();
        foreach (var (message, name, body) in new[]
        {
            ($"{first}/messages/1", "rating", """{"value":1}"""),
            ($"{second}/messages/2", "rating", """{"value":2,"source":"annotator"}"""),
            ($"{first}/messages/2", "tone", """{"value":"kind","source":"model"}"""),
            ($"{second}/messages/1", "tone", """{"value":"odd"}"""),
        })
        {
            written.Add((await user.PutAsync($"{message}/feedback/{name}", body)).Is(201));
        }

        written.Add((await user.PutAsync($"{first}/messages/1/feedback/rating", """{"value":5}""")).Is(200));
        var path = $"/api/v1/users/{user.UserId}/feedback";
        string[] all = [.. new[] { 4, 3, 2, 1 }.Select(i => written[i].GetRawText())];

        var list = (await user.GetAsync(path)).Is(200);

        Assert.Equal(all, list.Items("feedback").Select(one => one.GetRawText()));
        Assert.Equal((4, 1, 50), (list.Number("total"), list.Number("page"), list.Number("page_size")));
        Assert.Equal(JsonValueKind.Null, list.GetProperty("next_cursor").ValueKind);
        Assert.Equal([all[0], all[3]], await ListAsync("?name=rating"));
        Assert.Equal([all[0], all[2]], await ListAsync($"?session_id={first[^36..]}"));
        Assert.Equal([all[2]], await ListAsync("?source=model"));
        Assert.Equal([all[3]], await ListAsync($"?source=annotator&name=rating&session_id={second[^36..]}"));
        Assert.Equal(all[..3], await ListAsync($"?from={written[2].Text("updated_at")}"));
        Assert.Equal(all[2..], await ListAsync($"?to={written[3].Text("updated_at")}"));
        Assert.Equal(all[2..3], await ListAsync("?page=3&page_size=1"));
        Assert.Empty(await ListAsync("?page=9"));

        async Task<IEnumerable<string>> ListAsync(string query) =>
            (await user.GetAsync(path + query)).Is(200).Items("feedback").Select(one => one.GetRawText());
    }

    [Fact]
    public async Task A_cursor_goes_on_where_an_answer_ended()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        foreach (var n in Enumerable.Range(0, 15))
        {
            (await user.PutAsync($"{session}/messages/{1 + (n % 2)}/feedback/n{n}", """{"value":1}""")).Is(201);
        }

        var path = $"/api/v1/users/{user.UserId}/feedback?page_size=4";
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await user.GetAsync(path + (cursor is null ? "" : $"&cursor={cursor}"))).Is(200);
            Assert.Equal(15, page.Number("total"));
            names.AddRange(page.Items("feedback").Select(one => one.Text("name")));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 15).Reverse().Select(n => $"n{n}"), names);
        var first = (await user.GetAsync(path)).Is(200).Text("next_cursor");
        (await user.GetAsync($"{path}&cursor={first}&page=1")).IsInvalid("page");
        (await user.GetAsync($"{path}&cursor={first}&name=n1")).IsInvalid("cursor");
        (await user.GetAsync($"{path}&cursor=x")).IsInvalid("cursor");
    }

    [Theory]
    [InlineData("?name=a%20b", "name")]
    [InlineData("?source=robot", "source")]
    [InlineData("?session_id=1", "session_id")]
    [InlineData("?from=yesterday&to=1969-01-01T00:00:00Z", "from", "to")]
    [InlineData("?page=0&page_size=101", "page", "page_size")]
    public async Task What_cannot_be_asked_for_is_refused(string query, params string[] fields)
    {
        var user = service.AsNewUser();

        (await user.GetAsync($"/api/v1/users/{user.UserId}/feedback{query}")).IsInvalid(fields);
    }

    [Fact]
    public async Task Feedback_is_ones_own()
    {
        var owner = service.AsNewUser();
        var session = await FillAsync(owner);
        (await owner.PutAsync($"{session}/messages/1/feedback/rating", """{"value":1}""")).Is(201);
        var path = $"/api/v1/users/{owner.UserId}/feedback";
        var other = service.AsNewUser();

        (await other.GetAsync(path)).IsProblem(403, "user_mismatch");
        (await other.GetAsync($"{path}/export")).IsProblem(403, "user_mismatch");
        Assert.Equal(0, (await other.GetAsync($"/api/v1/users/{other.UserId}/feedback?session_id={session[^36..]}")).Is(200).Number("total"));
        Assert.Empty((await other.GetAsync($"/api/v1/users/{other.UserId}/feedback/export")).Text);
    }

    [Fact]
    public async Task The_export_has_what_evaluators_load_a_line_each()
    {
        var user = service.AsNewUser();
        var session = await FillAsync(user);
        (await user.PutAsync($"{session}/messages/2/feedback/rating", """{"value":4.5,"comment":"Good."}""")).Is(201);
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":true,"source":"annotator"}""")).Is(201);
        (await user.PutAsync($"{session}/messages/2/feedback/tone", """{"value":"kind"}""")).Is(201);
        var message = (await user.GetAsync($"{session}/messages/2")).Is(200);

        var answer = await user.GetAsync($"/api/v1/users/{user.UserId}/feedback/export");

        Assert.Equal((200, "application/x-ndjson"), (answer.Status, answer.ContentType));
        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        JsonShape.AssertMatches(
            $$"""
            {"type":"feedback","session_id":"{{session[^36..]}}","sequence":2,"message_id":"{{message.Text("message_id")}}","user_id":"{{user.UserId}}",
             "name":"rating","value":4.5,"comment":"Good.","source":"user","model":"gpt-4o","created_at":"<time>","updated_at":"<time>",
             "role":"assistant","content":"Hello!","parts":[{"type":"text","text":"Hello!"}]}
            """,
            JsonDocument.Parse(lines[1]).RootElement);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(lines[0]).RootElement.GetProperty("model").ValueKind);
        Assert.Equal(["kind"], (await user.GetAsync($"/api/v1/users/{user.UserId}/feedback/export?name=tone&session_id={session[^36..]}")).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.Text("value")));
        (await user.GetAsync($"/api/v1/users/{user.UserId}/feedback/export?page=1")).IsInvalid("page");
    }

    [Fact]
    public async Task An_export_of_much_feedback_on_long_messages_is_whole()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var longText = new string('x', 300_000);
        foreach (var n in Enumerable.Range(1, 20))
        {
            await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{(n % 2 == 0 ? longText : "x")}}"}""");
        }

        await Task.WhenAll(Enumerable.Range(1, 20).SelectMany(n => Enumerable.Range(1, 10).Select(k =>
            user.PutAsync($"{session}/messages/{n}/feedback/n{k}", $$"""{"value":{{k}}}"""))));

        var answer = await user.GetAsync($"/api/v1/users/{user.UserId}/feedback/export");

        var lines = answer.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(200, lines.Count);
        Assert.Equal(200, lines.Select(line => (line.Number("sequence"), line.Text("name"))).Distinct().Count());
        Assert.All(lines, line => Assert.Equal(line.Number("sequence") % 2 == 0 ? 300_000 : 1, line.Text("content").Length));
    }

    private static async Task<string> FillAsync(ApiClient user)
    {
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session, """{"role":"assistant","content":[{"type":"text","text":"Hello!"}],"metadata":{"model":"gpt-4o"}}""");
        return session;
    }
}
