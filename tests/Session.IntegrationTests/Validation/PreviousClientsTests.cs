using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Validation;

/// <summary>The requests of the previous service's clients, with all the parameters that they send.</summary>
public sealed class PreviousClientsTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Message = """{"role":"user","content":"Hello","message_type":"chat","metadata":{},"tokens_used":1,"cost_usd":0.001}""";

    public static TheoryData<string, string, string?> Requests => new()
    {
        // The service's own client.
        { "POST", "/sessions", """{"user_id":"{user}","conversation_data":{},"metadata":{}}""" },
        { "GET", "{session}?user_id={user}", null },
        { "PUT", "{session}?user_id={user}", """{"status":"completed","metadata":{"result":"success"}}""" },
        { "GET", "/sessions?user_id={user}&active_only=True&page=2&page_size=10", null },
        { "GET", "{session}/summary?user_id={user}", null },
        { "POST", "{session}/messages?user_id={user}", Message },
        { "GET", "{session}/messages?page=1&page_size=100&user_id={user}", null },
        { "POST", "{session}/memory?user_id={user}", """{"memory_type":"conversation","content":"All.","metadata":{}}""" },
        { "GET", "{memory}/memory?user_id={user}", null },
        { "GET", "/sessions/stats", null },
        { "GET", "/sessions/stats?user_id={user}", null },
        { "GET", "/sessions/health", null },
        { "DELETE", "{session}?user_id={user}", null },
        // The parameters that the previous service had beside those.
        { "GET", "/sessions/search?q=hello&user_id={user}&limit=20", null },
        { "POST", "{session}/star?user_id={user}", null },
        { "DELETE", "{session}/star?user_id={user}", null },
        // Its collection and its scripts.
        { "GET", "/users/{user}/sessions?active_only=false&page=1&page_size=50", null },
        { "GET", "/sessions?user_id={user}&active_only=false&page=1&page_size=50", null },
        // The clients of agents and of sharing.
        { "GET", "{session}/messages?limit=100&user_id={user}", null },
        { "GET", "{session}/messages?page_size=100&user_id={user}", null },
        { "GET", "/users/{user}/sessions?page=1&page_size=50", null },
    };

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_is_answered(string method, string path, string? body)
    {
        var user = service.AsNewUser();
        var nobody = service.AsNobody();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        var target = path
            .Replace("{session}", session["/api/v1".Length..], StringComparison.Ordinal)
            .Replace("{memory}", session["/api/v1".Length..], StringComparison.Ordinal)
            .Replace("{user}", user.UserId, StringComparison.Ordinal);

        var answer = await nobody.SendAsync(new HttpMethod(method), $"/api/v1{target}", body?.Replace("{user}", user.UserId, StringComparison.Ordinal));

        Assert.True(answer.Status is 200 or 201, answer.Text);
    }

    [Fact]
    public async Task A_search_goes_on_by_its_cursor()
    {
        var user = service.AsNewUser();
        for (var i = 0; i < 2; i++)
        {
            await user.WriteMessageAsync(await user.StartSessionAsync());
        }

        var first = (await service.AsNobody().GetAsync($"/api/v1/sessions/search?q=hello&user_id={user.UserId}&limit=1")).Is(200);

        (await service.AsNobody().GetAsync($"/api/v1/sessions/search?q=hello&user_id={user.UserId}&limit=1&cursor={first.Text("next_cursor")}")).Is(200);
    }
}
