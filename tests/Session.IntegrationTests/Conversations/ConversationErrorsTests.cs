using System.Text;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Conversations.ConversationsTests;

namespace SessionService.IntegrationTests.Conversations;

/// <summary>A service that refuses soon: small bodies, few requests, a secret of the gateway.</summary>
public sealed class StrictFixture : ApiFixture
{
    public const string Secret = "a-secret-of-thirty-two-characters";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Limits:MaxBodyBytes", "2048"),
        KeyValuePair.Create("RateLimits:Requests", "3"),
        KeyValuePair.Create("RateLimits:Period", "01:00:00"),
        KeyValuePair.Create("Identity:GatewaySecret", Secret),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> RequiredHeaders => [KeyValuePair.Create("X-Gateway-Secret", Secret)];
}

public sealed class ConversationErrorsTests(StrictFixture service) : IClassFixture<StrictFixture>
{
    [Fact]
    public async Task What_the_service_refuses_before_its_routes_has_the_form_of_that_API_too()
    {
        var user = service.AsNewUser();

        AssertError(await SendAsync(user, "{}", secret: null), 401, "gateway_required");
        AssertError(await SendAsync(user, $$"""{"items":"{{new string('x', 3000)}}"}"""), 413, "payload_too_large");
        AssertError(await SendAsync(user, "{"), 400, "invalid_json");
        (await SendAsync(user, "{}")).Is(200);
        var tooMany = await SendAsync(user, "{}");
        AssertError(tooMany, 429, "rate_limit_exceeded", "rate_limit_error");
        Assert.NotEmpty(tooMany.Headers["Retry-After"]);
    }

    private static async Task<Answer> SendAsync(ApiClient user, string json, string? secret = StrictFixture.Secret)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/conversations");
        request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (secret is not null)
        {
            request.Headers.Add("X-Gateway-Secret", secret);
        }

        return await user.SendAsync(request);
    }
}

public sealed class ConversationsWithoutDatabaseTests(ImpatientFixture service) : IClassFixture<ImpatientFixture>
{
    [Fact]
    public async Task A_database_that_is_away_is_told_in_the_form_of_that_API()
    {
        await service.RecoverAsync();
        var user = service.AsNewUser();
        var conversation = await StartAsync(user);

        service.Proxy.BreakAfter(1, Direction.ToService, Fault.Silence, user.UserId);
        var answer = await user.GetAsync($"{conversation}/items");

        Assert.True(service.Proxy.Restore().HasBroken);
        AssertError(answer, 503, "database_unavailable", "server_error");
        Assert.NotEmpty(answer.Headers["Retry-After"]);
    }
}
