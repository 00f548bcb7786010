using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Sessions;

public sealed class SessionVersionTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_change_of_a_session_changes_its_ETag_and_nothing_else_does()
    {
        var user = service.AsNewUser();
        var created = await user.PostAsync("/api/v1/sessions", "{}");
        var session = $"/api/v1/sessions/{created.Is(201).Text("session_id")}";
        var seen = new List<string> { Tag(created) };

        Assert.Equal(seen[^1], Tag(await user.GetAsync(session)));
        foreach (var change in new Func<Task>[]
        {
            () => user.PutAsync(session, """{"metadata":{"a":1}}"""),
            () => user.PutAsync(session, """{"metadata":{"a":1}}"""),
            () => user.SendAsync(HttpMethod.Patch, session, """{"metadata":{"b":2}}"""),
            () => user.WriteMessageAsync(session),
            () => user.PostAsync($"{session}/star", "{}"),
            () => user.DeleteAsync($"{session}/star"),
            () => user.DeleteAsync(session),
        })
        {
            await change();
            seen.Add(Tag(await user.GetAsync(session)));
        }

        Assert.Distinct(seen, StringComparer.Ordinal);
        await user.DeleteAsync(session);
        await user.DeleteAsync($"{session}/star");
        await user.SendAsync(HttpMethod.Patch, session, "{}");
        await user.PutAsync(session, "{}");
        Assert.Equal(seen[^1], Tag(await user.GetAsync(session)));
    }

    [Fact]
    public async Task The_answer_to_a_change_carries_the_ETag_that_a_read_shows()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        foreach (var answer in new[]
        {
            await user.PutAsync(session, """{"title":"One"}"""),
            await user.SendAsync(HttpMethod.Patch, session, """{"title":"Two"}"""),
            await user.PostAsync($"{session}/star", "{}"),
            await user.DeleteAsync($"{session}/star"),
        })
        {
            answer.Is(200);
        }

        var last = await user.SendAsync(HttpMethod.Patch, session, """{"title":"Three"}""");
        Assert.Equal(Tag(last), Tag(await user.GetAsync(session)));
    }

    [Fact]
    public async Task A_session_that_the_client_has_is_not_sent_again()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var tag = Tag(await user.GetAsync(session));

        foreach (var known in new[] { tag, $"W/{tag}", $"\"other\", {tag}", "*" })
        {
            var answer = await SendAsync(user, HttpMethod.Get, session, "If-None-Match", known);
            Assert.Equal((304, ""), (answer.Status, answer.Text));
            Assert.Equal(tag, Tag(answer));
        }

        (await SendAsync(user, HttpMethod.Get, session, "If-None-Match", "\"other\"")).Is(200);
        await user.WriteMessageAsync(session);
        (await SendAsync(user, HttpMethod.Get, session, "If-None-Match", tag)).Is(200);
        (await SendAsync(service.AsNewUser(), HttpMethod.Get, session, "If-None-Match", "*")).IsProblem(404, "session_not_found");
    }

    [Theory]
    [InlineData("PUT", """{"title":"New"}""")]
    [InlineData("PATCH", """{"title":"New"}""")]
    [InlineData("PATCH", "{}")]
    [InlineData("DELETE", null)]
    public async Task A_change_of_another_version_is_refused(string method, string? body)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"Old"}""");
        var old = Tag(await user.GetAsync(session));
        await user.WriteMessageAsync(session);
        var before = (await user.GetAsync(session)).Text;

        foreach (var tags in new[] { old, "\"other\"", $"W/{Tag(await user.GetAsync(session))}", $"{old}, \"x\"" })
        {
            (await SendAsync(user, new HttpMethod(method), session, "If-Match", tags, body)).IsProblem(412, "precondition_failed");
        }

        Assert.Equal(before, (await user.GetAsync(session)).Text);
        foreach (var tags in new[] { "no tag", "", $"{old}, *" })
        {
            (await SendAsync(user, new HttpMethod(method), session, "If-Match", tags, body)).IsInvalid("if_match");
        }

        (await SendAsync(service.AsNewUser(), new HttpMethod(method), session, "If-Match", old, body)).IsProblem(404, "session_not_found");
        (await SendAsync(user, new HttpMethod(method), session, "If-Match", $"\"x\", {Tag(await user.GetAsync(session))}", body)).Is(200);
        (await SendAsync(user, new HttpMethod(method), session, "If-Match", "*", body)).Is(200);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public async Task A_star_heeds_the_version_too(string method)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var tag = Tag(await user.PutAsync(session, """{"title":"New"}"""));

        (await SendAsync(user, new HttpMethod(method), $"{session}/star", "If-Match", "\"old\"")).IsProblem(412, "precondition_failed");
        (await SendAsync(user, new HttpMethod(method), $"{session}/star", "If-Match", tag)).Is(200);
    }

    [Fact]
    public async Task Of_many_changes_of_one_version_one_is_made()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var tag = Tag(await user.GetAsync(session));

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            SendAsync(user, i % 2 == 0 ? HttpMethod.Put : HttpMethod.Patch, session, "If-Match", tag, $$"""{"title":"{{i}}"}""")));

        var made = Assert.Single(answers, answer => answer.Status == 200);
        Assert.All(answers.Where(answer => answer != made), answer => answer.IsProblem(412, "precondition_failed"));
        Assert.Equal(made.Is(200).Text("title"), (await user.GetAsync(session)).Is(200).Text("title"));
    }

    internal static string Tag(Answer answer)
    {
        Assert.Matches("^\"[!#-~]+\"$", answer.Headers["ETag"]);
        return answer.Headers["ETag"];
    }

    private static async Task<Answer> SendAsync(ApiClient user, HttpMethod method, string path, string header, string value, string? json = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.TryAddWithoutValidation(header, value);
        if (json is not null)
        {
            request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        }

        return await user.SendAsync(request);
    }
}
