using SessionService.IntegrationTests.Hosting;

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
