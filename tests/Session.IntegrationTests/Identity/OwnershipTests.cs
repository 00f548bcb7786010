using System.Text.Json.Nodes;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

public sealed class OwnershipTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("GET", "", null)]
    [InlineData("PUT", "", """{"status":"ended","metadata":{"stolen":true}}""")]
    [InlineData("PUT", "", """{"status":"active"}""")]
    [InlineData("DELETE", "", null)]
    [InlineData("GET", "/summary", null)]
    [InlineData("POST", "/messages", """{"role":"user","content":"Hello"}""")]
    [InlineData("GET", "/messages", null)]
    [InlineData("GET", "/messages?order=desc&page=2147483647", null)]
    [InlineData("GET", "/messages?role=user", null)]
    [InlineData("POST", "/memory", """{"content":"All."}""")]
    [InlineData("GET", "/memory", null)]
    public async Task Another_users_session_is_answered_just_as_one_that_never_was(string method, string subPath, string? body)
    {
        var owner = service.AsNewUser();
        var user = service.AsNewUser();
        string[] sessions = [await owner.StartSessionAsync(), await owner.StartSessionInAsync("ended")];
        (await owner.PostAsync($"{sessions[0]}/memory", """{"content":"Private."}""")).Is(201);
        await owner.WriteMessageAsync(sessions[0]);
        var never = $"/api/v1/sessions/{Guid.NewGuid()}";

        foreach (var session in sessions)
        {
            var before = (await owner.GetAsync(session)).Text;

            var answer = await user.SendAsync(new HttpMethod(method), session + subPath, body);

            answer.IsProblem(404, "session_not_found");
            var unused = await user.SendAsync(new HttpMethod(method), never + subPath, body);
            Assert.Equal(Comparable(unused, never), Comparable(answer, session));
            Assert.Equal(unused.Headers.Keys.Order(StringComparer.Ordinal), answer.Headers.Keys.Order(StringComparer.Ordinal));
            Assert.Equal(before, (await owner.GetAsync(session)).Text);
        }
    }

    // Sessions are told apart in the path alone, so in instance; trace_id is each request's own.
    private static string Comparable(Answer answer, string session)
    {
        var problem = JsonNode.Parse(answer.Text)!.AsObject();
        Assert.StartsWith(session, (string?)problem["instance"], StringComparison.Ordinal);
        problem.Remove("instance");
        problem.Remove("trace_id");
        return problem.ToJsonString();
    }
}
