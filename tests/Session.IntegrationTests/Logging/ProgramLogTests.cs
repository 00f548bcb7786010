using System.Text.RegularExpressions;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Logging;

/// <summary>The logs of service and gateway, as they stand in one terminal.</summary>
public sealed partial class ProgramLogTests
{
    [GeneratedRegex(
        @"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3}Z (service|gateway) (info|warn): ",
        RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex Entry { get; }

    [Fact]
    public async Task Each_entry_is_one_line_with_the_time_of_day_and_the_program_and_healthy_probes_are_none()
    {
        await using var database = await TestDatabase.CloneTemplateAsync();
        await using var service = new ServiceProcess(
            ("ConnectionStrings__SessionDb", database.ConnectionString), ("Logging__LogLevel__Default", "Information"));
        await service.StartAsync();
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);
        string[] probes = ["/health", "/health/live", "/health/ready", "/health/detailed", "/api/v1/sessions/health", "/api/v1/sessions/health/detailed"];
        foreach (var probe in probes)
        {
            (await GatewayClient.GetAsync(gateway.Address, probe)).Is(200);
            (await service.As("u").GetAsync(probe)).Is(200);
        }

        (await GatewayClient.GetAsync(gateway.Address, "/api/v1/sessions", ("X-User-Id", "u"))).Is(200);
        await gateway.TerminateAsync();
        await service.StopAsync();

        var ofService = service.Output.Where(line => line.Length > 0).ToList();
        var ofGateway = gateway.Output.Split('\n');
        Assert.All(ofService, line => Assert.Equal("service", Entry.Match(line).Value.Split(' ').ElementAtOrDefault(1)));
        Assert.All(ofGateway, line => Assert.Equal("gateway", Entry.Match(line).Value.Split(' ').ElementAtOrDefault(1)));
        var requests = ofService.Concat(ofGateway)
            .Where(line => line.Contains("RequestLogging", StringComparison.Ordinal) && line.Contains(" 200 ", StringComparison.Ordinal))
            .ToList();
        Assert.Collection(
            requests,
            line => Assert.Contains("SessionService.Api.RequestLogging[1] GET api/v1/sessions 200", line, StringComparison.Ordinal),
            line => Assert.Contains("SessionService.Gateway.RequestLogging[1] GET /api/v1/sessions/{**rest} 200", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_service_that_comes_after_the_gateway_is_said_to_be_healthy_again()
    {
        await using var late = await StubService.StartAsync("late");
        late.Paths["/health/ready"] = http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        };
        await using var gateway = await GatewayProcess.StartAsync(
            late.Address, users: null, ("ReverseProxy:Clusters:sessions:HealthCheck:Active:Interval", "00:00:00.1"));
        await Eventually.IsSoAsync(() => Task.FromResult(gateway.Output.Contains("set to 'Unhealthy'", StringComparison.Ordinal)));

        late.Paths.TryRemove("/health/ready", out _);

        await Eventually.IsSoAsync(() => Task.FromResult(gateway.Output.Contains("set to 'Healthy'", StringComparison.Ordinal)));
    }
}
