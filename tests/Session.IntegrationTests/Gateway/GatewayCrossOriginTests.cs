using Microsoft.AspNetCore.Http;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Web pages of another origin in front of gateways that take tokens: one that lets pages call, and one that leaves that to the service.</summary>
public sealed class CrossOriginGatewaysFixture : IAsyncLifetime
{
    public const string Origin = "https://app.example.com";

    internal StubService Sessions { get; private set; } = null!;

    internal GatewayProcess Open { get; private set; } = null!;

    internal GatewayProcess Plain { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Sessions = await StubService.StartAsync("sessions");
        (string, string)[] tokens =
        [
            ("Identity:Mode", "Jwt"), ("Identity:Jwt:Audience", "sessions"), ("Identity:Jwt:Issuer", "issuer"), ("Identity:Jwt:SigningKey", new string('k', 32)),
        ];
        Open = await GatewayProcess.StartAsync(Sessions.Address, users: null, [.. tokens, ("Cors:AllowedOrigins:0", Origin)]);
        Plain = await GatewayProcess.StartAsync(Sessions.Address, users: null, tokens);
    }

    public async Task DisposeAsync()
    {
        await Open.DisposeAsync();
        await Plain.DisposeAsync();
        await Sessions.DisposeAsync();
    }
}

public sealed class GatewayCrossOriginTests(CrossOriginGatewaysFixture gateways) : IClassFixture<CrossOriginGatewaysFixture>
{
    private static readonly (string, string)[] Preflight =
    [
        ("Origin", CrossOriginGatewaysFixture.Origin), ("Access-Control-Request-Method", "PATCH"), ("Access-Control-Request-Headers", "authorization,if-match"),
    ];

    [Theory]
    [InlineData("/api/v1/sessions")]
    [InlineData("/api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/messages")]
    [InlineData("/api/v1/users/u/memories/1")]
    [InlineData("/api/v1/users/u")]
    [InlineData("/health")]
    [InlineData("/nowhere")]
    public async Task A_page_may_ask_without_a_token_what_it_may_send(string path)
    {
        var answer = await GatewayClient.SendAsync(gateways.Open.Address, HttpMethod.Options, path, content: null, Preflight);

        Assert.Equal(204, answer.Status);
        Assert.Equal(CrossOriginGatewaysFixture.Origin, answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("PATCH", answer.Headers["Access-Control-Allow-Methods"], StringComparison.Ordinal);
        Assert.Contains("If-Match", answer.Headers["Access-Control-Allow-Headers"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/v1/sessions", 401, "authentication_required")]
    [InlineData("/api/v1/users/u", 503, "service_unavailable")]
    [InlineData("/nowhere", 404, "route_not_found")]
    public async Task The_gateways_own_errors_may_be_read_by_a_page(string path, int status, string code)
    {
        var answer = await GatewayClient.GetAsync(gateways.Open.Address, path, ("Origin", CrossOriginGatewaysFixture.Origin));

        answer.IsProblem(status, code);
        Assert.Equal(CrossOriginGatewaysFixture.Origin, answer.Headers["Access-Control-Allow-Origin"]);
        Assert.Contains("Retry-After", answer.Headers["Access-Control-Expose-Headers"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gateway_decides_which_pages_may_read_what_a_service_answers()
    {
        gateways.Sessions.Paths["/api/v1/sessions/stats"] = http =>
        {
            http.Response.Headers.AccessControlAllowOrigin = "*";
            http.Response.Headers.AccessControlAllowCredentials = "true";
            return http.Response.WriteAsJsonAsync(new { });
        };

        var allowed = await GatewayClient.GetAsync(gateways.Open.Address, "/api/v1/sessions/stats", ("Origin", CrossOriginGatewaysFixture.Origin));
        var other = await GatewayClient.GetAsync(gateways.Open.Address, "/api/v1/sessions/stats", ("Origin", "https://evil.example.com"));

        Assert.Equal(CrossOriginGatewaysFixture.Origin, allowed.Headers["Access-Control-Allow-Origin"]);
        Assert.DoesNotContain("Access-Control-Allow-Credentials", allowed.Headers.Keys);
        Assert.DoesNotContain("Access-Control-Allow-Origin", other.Headers.Keys);
    }

    [Fact]
    public async Task Without_origins_of_its_own_the_gateway_lets_the_service_answer_a_page()
    {
        var asked = await GatewayClient.SendAsync(gateways.Plain.Address, HttpMethod.Options, "/api/v1/sessions", content: null, [.. Preflight, ("X-User-Id", "mallory")]);
        var another = await GatewayClient.SendAsync(gateways.Plain.Address, HttpMethod.Options, "/api/v1/sessions");
        var read = await GatewayClient.GetAsync(gateways.Plain.Address, "/api/v1/sessions", Preflight);

        Assert.Equal("OPTIONS", asked.Is(200).Text("method"));
        Assert.False(asked.Is(200).GetProperty("headers").TryGetProperty("x-user-id", out _));
        another.IsProblem(401, "authentication_required");
        read.IsProblem(401, "authentication_required");
    }
}
