using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.OpenApi;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service that the pages of one origin may call, with tokens.</summary>
public sealed class CrossOriginFixture : ApiFixture
{
    public const string Origin = "https://app.example.com";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Cors:AllowedOrigins:0", Origin),
        KeyValuePair.Create("Identity:Mode", "Jwt"),
        KeyValuePair.Create("Identity:Jwt:SigningKey", new string('k', 32)),
        KeyValuePair.Create("Identity:Jwt:Issuer", "issuer"),
        KeyValuePair.Create("Identity:Jwt:Audience", "sessions"),
    ];
}

/// <summary>A service for its gateway alone, with a request for each user, whose answers pages of one origin may read.</summary>
public sealed class CrossOriginSecretFixture : ApiFixture
{
    public const string Secret = "a-secret-of-gateway-and-service-alone";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Cors:AllowedOrigins:0", CrossOriginFixture.Origin),
        KeyValuePair.Create("Identity:GatewaySecret", Secret),
        KeyValuePair.Create("RateLimits:Requests", "1"),
        KeyValuePair.Create("RateLimits:Period", "01:00:00"),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> RequiredHeaders => [KeyValuePair.Create("X-Gateway-Secret", Secret)];
}

public sealed class CrossOriginErrorTests(CrossOriginSecretFixture service) : IClassFixture<CrossOriginSecretFixture>
{
    [Fact]
    public async Task A_page_may_ask_for_every_path_without_the_secret_and_however_often()
    {
        foreach (var operation in (await service.DocumentAsync()).Operations())
        {
            var path = operation.Path.Replace("{session_id}", "a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", StringComparison.Ordinal);
            using var request = new HttpRequestMessage(HttpMethod.Options, path)
            {
                Headers = { { "Origin", CrossOriginFixture.Origin }, { "Access-Control-Request-Method", operation.Method } },
            };

            var answer = await service.AsNobody().SendAsync(request);

            Assert.Equal((204, CrossOriginFixture.Origin), (answer.Status, answer.Headers["Access-Control-Allow-Origin"]));
        }
    }

    [Fact]
    public async Task Every_error_may_be_read_by_an_allowed_page()
    {
        var user = $"user-{Guid.NewGuid()}";

        (await GetAsync("/api/v1/sessions", user)).Is(200);
        (await GetAsync("/api/v1/sessions", user)).IsProblem(429, "rate_limit_exceeded");
        (await GetAsync("/nowhere", "a")).IsProblem(404, "route_not_found");
        (await GetAsync("/api/v1/sessions?page=0", "b")).IsInvalid("page");
        (await GetAsync("/api/v1/users/c/sessions", "d")).IsProblem(403, "user_mismatch");
        (await GetAsync("/api/v1/sessions", "e", secret: "another")).IsProblem(401, "gateway_required");
        (await GetAsync("/api/v1/sessions", "f", length: 32 * 1024)).IsProblem(431, "headers_too_large");
    }

    private async Task<Answer> GetAsync(string path, string user, string secret = CrossOriginSecretFixture.Secret, int length = 0)
    {
        var answer = await RawHttp.SendAsync(
            service.Address, $"GET {path}", $"X-User-Id: {user}", $"X-Gateway-Secret: {secret}", $"Origin: {CrossOriginFixture.Origin}", $"X-Long: {new string('a', length)}");
        Assert.Equal(CrossOriginFixture.Origin, answer.Headers["Access-Control-Allow-Origin"]);
        foreach (var name in new[] { "ETag", "Location", "Idempotency-Replayed", "Retry-After", "Link", "WWW-Authenticate", "Content-Disposition", "Allow" })
        {
            Assert.Contains(name, answer.Headers["Access-Control-Expose-Headers"], StringComparison.OrdinalIgnoreCase);
        }

        return answer;
    }
}

public sealed class CrossOriginTests(CrossOriginFixture service, ApiFixture closed) : IClassFixture<CrossOriginFixture>, IClassFixture<ApiFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_ask_without_a_token_what_it_may_send()
    {
        var answer = await AskBeforehandAsync(service, CrossOriginFixture.Origin);

        Assert.Equal(204, answer.Status);
        Assert.Equal(CrossOriginFixture.Origin, answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("Authorization", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
        Assert.Contains("DELETE", answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", answer.Headers.Keys);
    }

    [Fact]
    public async Task Even_an_error_may_be_read_by_an_allowed_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Sessions) { Headers = { { "Origin", CrossOriginFixture.Origin } } };

        var answer = await service.AsNobody().SendAsync(request);

        answer.IsProblem(401, "authentication_required");
        Assert.Equal(CrossOriginFixture.Origin, answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("Retry-After", answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://evil.example.com")]
    [InlineData("https://app.example.com.evil.example.com")]
    [InlineData("http://app.example.com")]
    [InlineData("null")]
    public async Task A_page_of_another_origin_may_not(string origin)
    {
        Assert.DoesNotContain("Access-Control-Allow-Origin", (await AskBeforehandAsync(service, origin)).Headers.Keys);
    }

    [Fact]
    public async Task Unless_set_no_page_of_another_origin_may()
    {
        var answer = await AskBeforehandAsync(closed, CrossOriginFixture.Origin);

        answer.IsProblem(405, "method_not_allowed");
        Assert.DoesNotContain("Access-Control-Allow-Origin", answer.Headers.Keys);
    }

    private static Task<Answer> AskBeforehandAsync(ApiFixture service, string origin)
    {
        var request = new HttpRequestMessage(HttpMethod.Options, Sessions)
        {
            Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "DELETE" }, { "Access-Control-Request-Headers", "authorization" } },
        };
        return service.AsNobody().SendAsync(request);
    }
}
