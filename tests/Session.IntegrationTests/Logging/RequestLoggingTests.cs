using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Logging;

public sealed class RequestLoggingTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task Each_request_is_one_line_with_method_route_status_and_trace()
    {
        using var http = service.CreateHttp(maxConnections: 1);
        var user = new ApiClient(http, $"user-{Guid.NewGuid()}");
        var session = await user.StartSessionAsync();
        (await user.GetAsync("/health/live")).Is(200);
        var seen = service.Logs.Entries.Count;

        (await user.GetAsync(session)).Is(200);
        var missing = (await user.GetAsync($"{Sessions}/{Guid.NewGuid()}")).IsProblem(404, "session_not_found");
        (await user.PostAsync($"{session}/messages", "{")).IsProblem(400, "invalid_json");
        (await user.GetAsync($"{Sessions}?page=0")).IsInvalid("page");
        (await user.GetAsync("/nowhere")).IsProblem(404, "route_not_found");
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions")).Is(200);

        var lines = await LinesAsync(user, seen);
        Assert.Equal(
            [
                "GET api/v1/sessions/{session_id:guid} 200",
                "GET api/v1/sessions/{session_id:guid} 404",
                "POST api/v1/sessions/{session_id:guid}/messages 400",
                "GET api/v1/sessions 422",
                "GET (none) 404",
                "GET api/v1/users/{user_id}/sessions 200",
            ],
            lines.Select(line => string.Join(' ', line.Message.Split(' ')[..3])));
        Assert.EndsWith(missing.Text("trace_id"), lines[1].Message, StringComparison.Ordinal);
        Assert.All(lines, line => Assert.Equal(LogLevel.Information, line.Level));
    }

    [Fact]
    public async Task Logs_hold_nothing_that_a_client_sent()
    {
        const string Secret = "s3cret-k9";
        using var http = service.CreateHttp(maxConnections: 1);
        var user = new ApiClient(http, $"{Secret}-{Guid.NewGuid()}");
        var session = await user.StartSessionAsync($$"""{"metadata":{"{{Secret}}":"{{Secret}}"} }""");
        await user.WriteMessageAsync(session, $$"""{"role":"user","content":"{{Secret}}"}""");
        (await user.PostAsync($"{session}/memory", $$"""{"content":"{{Secret}}"}""")).Is(201);
        (await user.PutAsync(session, $$"""{"session_summary":"{{Secret}}"}""")).Is(200);
        (await user.PostAsync($"{session}/messages", $$"""{"role":"{{Secret}}","content":["{{Secret}}"]}""")).IsInvalid("role", "content[0]");
        (await user.PostAsync($"{session}/messages", $$"""{"role":"{{Secret}}""")).IsProblem(400, "invalid_json");
        (await user.GetAsync($"/api/v1/users/{Secret}/sessions")).IsProblem(403, "user_mismatch");
        (await user.GetAsync($"/{Secret}")).IsProblem(404, "route_not_found");
        (await user.GetAsync($"{Sessions}?status={Secret}")).IsInvalid("status");
        (await user.DeleteAsync(session)).Is(200);
        using var request = new HttpRequestMessage(HttpMethod.Get, session) { Headers = { { "Authorization", $"Bearer {Secret}" } } };
        (await user.SendAsync(request)).Is(200);

        Assert.True((await LinesAsync(user, 0)).Count >= 11);
        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains(Secret, StringComparison.OrdinalIgnoreCase));
    }

    // A line is written after its answer, and before the next request on the same connection is taken up.
    private async Task<List<LogEntry>> LinesAsync(ApiClient client, int after)
    {
        (await client.GetAsync("/health/live")).Is(200);
        return [.. service.Logs.Entries.Skip(after)
            .Where(entry => entry.Category.EndsWith(".RequestLogging", StringComparison.Ordinal))
            .Where(entry => !entry.Message.Contains("health/live", StringComparison.Ordinal))];
    }
}
