using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Identity;

/// <summary>A service that is for its gateway alone.</summary>
public sealed class GatewaySecretFixture : ApiFixture
{
    public const string Secret = "a-secret-of-gateway-and-service-alone";

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Identity:GatewaySecret", Secret),
    ];

    protected override IEnumerable<KeyValuePair<string, string>> RequiredHeaders => [KeyValuePair.Create("X-Gateway-Secret", Secret)];
}

public sealed class GatewaySecretTests(GatewaySecretFixture service) : IClassFixture<GatewaySecretFixture>
{
    private static readonly string SessionId = Guid.NewGuid().ToString();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("another-secret-of-the-same-length-yes")]
    [InlineData("a-secret-of-gateway-and-service-alon")]
    [InlineData("a-secret-of-gateway-and-service-alone2")]
    [InlineData("A-SECRET-OF-GATEWAY-AND-SERVICE-ALONE")]
    [InlineData("a-secret-of-gateway-and-service-alone,a-secret-of-gateway-and-service-alone")]
    public async Task Without_the_secret_every_operation_but_health_is_a_401(string? secret)
    {
        foreach (var (method, path) in await OperationsAsync())
        {
            var answer = await SendAsync(secret, method, path);

            if (path.Contains("health", StringComparison.Ordinal))
            {
                answer.Is(200);
            }
            else
            {
                answer.IsProblem(401, "gateway_required");
                Assert.StartsWith("Gateway ", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/swagger")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    [InlineData("/health/nothing")]
    [InlineData("/health/../api/v1/sessions/stats")]
    public async Task Neither_the_document_nor_a_path_that_is_none_is_told_without_it(string path)
    {
        (await SendAsync(secret: null, "GET", path)).IsProblem(401, "gateway_required");
    }

    [Fact]
    public async Task With_it_everything_is_as_ever()
    {
        // A stream of events does not end by itself.
        foreach (var (method, path) in (await OperationsAsync()).Where(operation => !operation.Path.EndsWith("/events", StringComparison.Ordinal)))
        {
            Assert.NotEqual(401, (await SendAsync(GatewaySecretFixture.Secret, method, path)).Status);
        }

        (await SendAsync(GatewaySecretFixture.Secret, "GET", "/nowhere")).IsProblem(404, "route_not_found");
    }

    [Fact]
    public async Task A_secret_given_twice_is_none()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/sessions/stats");
        request.Headers.Add("X-Gateway-Secret", [GatewaySecretFixture.Secret, GatewaySecretFixture.Secret]);

        (await service.AsNobody().SendAsync(request)).IsProblem(401, "gateway_required");
    }

    [Fact]
    public async Task The_secret_is_in_no_log()
    {
        await SendAsync(GatewaySecretFixture.Secret, "GET", "/api/v1/sessions/stats");

        Assert.DoesNotContain(service.Logs.Entries, entry => entry.Everything.Contains(GatewaySecretFixture.Secret, StringComparison.Ordinal));
    }

    private async Task<IEnumerable<(string Method, string Path)>> OperationsAsync() =>
        (await service.DocumentAsync()).GetProperty("paths").EnumerateObject()
            .Where(path => !path.Name.StartsWith("/v1/", StringComparison.Ordinal))
            .SelectMany(
            path => path.Value.EnumerateObject(),
            (path, operation) => (
                operation.Name.ToUpperInvariant(),
                path.Name.Replace("{session_id}", SessionId, StringComparison.Ordinal).Replace("{user_id}", "ann", StringComparison.Ordinal)));

    private async Task<Answer> SendAsync(string? secret, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (secret is not null)
        {
            request.Headers.TryAddWithoutValidation("X-Gateway-Secret", secret);
        }

        return await service.As("ann").SendAsync(request);
    }
}
