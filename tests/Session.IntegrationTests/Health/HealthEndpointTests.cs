using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Health;

public sealed class HealthEndpointTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/api/v1/sessions/health")]
    [InlineData("/health/live")]
    public async Task A_healthy_service_says_so(string path)
    {
        var health = (await service.AsNobody().GetAsync(path)).Is(200);

        JsonShape.AssertMatches(
            $$"""
            {"status": "healthy", "service": "session_service", "port": {{service.Address.Port}}, "version": "1.0.0", "timestamp": "<time>"}
            """,
            health);
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/health/detailed")]
    public async Task The_details_of_a_healthy_service_are_all_healthy(string path)
    {
        var health = (await service.AsNobody().GetAsync(path)).Is(200);

        Assert.Equal("healthy", health.Text("status"));
        Assert.Equal("session_service", health.Text("service"));
        Assert.Equal("1.0.0", health.Text("version"));
        Assert.Equal(service.Address.Port, health.Number("port"));
        Assert.True(health.GetProperty("database_connected").GetBoolean());
        Assert.NotEmpty(health.Text("timestamp"));
        var checks = health.GetProperty("checks").EnumerateObject().ToList();
        Assert.Contains("database", checks.Select(check => check.Name), StringComparer.Ordinal);
        Assert.All(checks, check => Assert.Equal("healthy", check.Value.Text("status")));
    }

    [Fact]
    public async Task Health_needs_no_caller_and_minds_none()
    {
        (await service.AsNewUser().GetAsync("/health")).Is(200);
        (await service.AsNobody().GetAsync("/health?user_id=a&user_id=b")).Is(200);
    }
}
