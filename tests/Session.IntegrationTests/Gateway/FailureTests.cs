using System.Net;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Services that are down, slow, or break off.</summary>
public sealed class FailureTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task A_service_that_is_down_is_a_503_that_says_that_nothing_was_done(string method)
    {
        using var closed = new ClosedPort();
        await using var gateway = await GatewayProcess.StartAsync(closed.Address, users: null);

        var sessions = await SendAsync(gateway, method, "/api/v1/sessions");
        var users = await SendAsync(gateway, method, "/api/v1/users/u");

        sessions.IsProblem(503, "service_unavailable");
        users.IsProblem(503, "service_unavailable");
        Assert.Equal(("2", "2"), (sessions.Headers["Retry-After"], users.Headers["Retry-After"]));
    }

    [Fact]
    public async Task A_service_that_breaks_off_is_a_502_and_its_write_is_not_sent_again()
    {
        await using var service = new BreakingService(breaks: int.MaxValue);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        foreach (var method in new[] { "POST", "PUT", "PATCH", "DELETE" })
        {
            var before = service.Requests;
            var answer = await SendAsync(gateway, method, "/api/v1/sessions");

            answer.IsProblem(502, "bad_gateway");
            Assert.Equal("2", answer.Headers["Retry-After"]);
            Assert.Equal(1, service.Requests - before);
        }
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    public async Task A_read_whose_connection_breaks_is_sent_again(string method)
    {
        await using var service = new BreakingService(breaks: 1);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        var answer = await SendAsync(gateway, method, "/api/v1/sessions");

        Assert.Equal((200, 2), (answer.Status, service.Requests));
    }

    [Fact]
    public async Task A_read_with_a_body_is_not_sent_again()
    {
        await using var service = new BreakingService(breaks: 1);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        var answer = await GatewayClient.SendAsync(gateway.Address, HttpMethod.Get, "/api/v1/sessions", new StringContent("body"));

        answer.IsProblem(502, "bad_gateway");
        Assert.Equal(1, service.Requests);
    }

    [Fact]
    public async Task A_read_goes_to_another_destination_when_one_is_down()
    {
        using var closed = new ClosedPort();
        await using var service = await StubService.StartAsync("sessions");
        await using var gateway = await GatewayProcess.StartAsync(
            closed.Address,
            users: null,
            ("ReverseProxy:Clusters:sessions:Destinations:second:Address", service.Address.ToString()),
            // So that the one that is down is tried at all.
            ("ReverseProxy:Clusters:sessions:HealthCheck:Active:Enabled", "false"),
            ("ReverseProxy:Clusters:sessions:HealthCheck:Passive:Enabled", "false"));

        for (var i = 0; i < 20; i++)
        {
            (await SendAsync(gateway, "GET", "/api/v1/sessions")).Is(200);
        }

        // The last lines of its output come when it ends.
        await gateway.TerminateAsync();
        Assert.Contains("GET /api/v1/sessions/{**rest} 200", gateway.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_is_not_sent_again_for_ever()
    {
        await using var service = new BreakingService(breaks: int.MaxValue);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        (await SendAsync(gateway, "GET", "/api/v1/sessions")).IsProblem(502, "bad_gateway");

        Assert.InRange(service.Requests, 2, 4);
    }

    [Fact]
    public async Task A_destination_that_is_not_ready_gets_no_requests_while_another_is()
    {
        await using var ready = await StubService.StartAsync("ready");
        await using var unready = await StubService.StartAsync("unready");
        unready.Paths["/health/ready"] = Unavailable;
        await using var gateway = await GatewayProcess.StartAsync(
            ready.Address,
            users: null,
            ("ReverseProxy:Clusters:sessions:Destinations:second:Address", unready.Address.ToString()),
            ("ReverseProxy:Clusters:sessions:HealthCheck:Active:Interval", "00:00:00.05"));
        await WaitForAsync(() => Task.FromResult(gateway.Output.Contains("set to 'Unhealthy'", StringComparison.Ordinal)));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("ready", (await SendAsync(gateway, "POST", "/api/v1/sessions")).Is(200).Text("service"));
        }
    }

    [Fact]
    public async Task The_gateway_is_ready_when_the_service_is_and_alive_all_the_time()
    {
        await using var service = await StubService.StartAsync("sessions");
        service.Paths["/health/ready"] = Unavailable;
        await using var gateway = await GatewayProcess.StartAsync(
            service.Address, users: null, ("ReverseProxy:Clusters:sessions:HealthCheck:Active:Interval", "00:00:00.05"));

        var unready = await SendAsync(gateway, "GET", "/health/ready");
        var live = await SendAsync(gateway, "GET", "/health/live");
        // The service answers for itself as long as it can.
        var passed = await SendAsync(gateway, "GET", "/api/v1/sessions");
        service.Paths.TryRemove("/health/ready", out _);
        await WaitForAsync(async () => (await SendAsync(gateway, "GET", "/health/ready")).Status == 200);

        Assert.Equal("unhealthy", unready.Is(503).Text("status"));
        Assert.Equal("2", unready.Headers["Retry-After"]);
        Assert.Equal("session_gateway", live.Is(200).Text("service"));
        passed.Is(200);
        Assert.Equal("healthy", (await SendAsync(gateway, "GET", "/health")).Is(200).Text("status"));
    }

    [Fact]
    public async Task A_service_that_does_not_answer_in_time_is_a_504()
    {
        await using var service = await StubService.StartAsync("sessions");
        service.Paths["/api/v1/sessions"] = http => Task.Delay(Timeout.Infinite, http.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
        await using var gateway = await GatewayProcess.StartAsync(
            service.Address, users: null, ("ReverseProxy:Clusters:sessions:HttpRequest:ActivityTimeout", "00:00:00.2"));

        (await SendAsync(gateway, "GET", "/api/v1/sessions")).IsProblem(504, "gateway_timeout");
    }

    [Fact]
    public async Task A_service_that_comes_back_is_served_at_once()
    {
        await using var service = new BreakingService(breaks: 20);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        for (var i = 0; i < 20; i++)
        {
            (await SendAsync(gateway, "POST", "/api/v1/sessions")).IsProblem(502, "bad_gateway");
        }

        (await SendAsync(gateway, "POST", "/api/v1/sessions")).Is(200);
    }

    [Fact]
    public async Task A_failure_is_logged_without_a_word_of_the_request()
    {
        await using var service = new BreakingService(breaks: int.MaxValue);
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null);

        await SendAsync(gateway, "POST", "/api/v1/users/some-user-id/sessions?q=some-query");
        await gateway.TerminateAsync();

        Assert.Contains("A request to sessions (sessions) failed: Request, ResponseEnded", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("some-", gateway.Output, StringComparison.Ordinal);
    }

    [NginxFact]
    public async Task Nginx_answers_for_a_service_that_is_down_too_and_sends_no_write_again()
    {
        using var closed = new ClosedPort();
        await using var service = new BreakingService(breaks: int.MaxValue);
        await using var nginx = await GatewayProcess.StartNginxAsync(service.Address, closed.Address);

        var broken = await SendAsync(nginx, "POST", "/api/v1/sessions");
        var down = await SendAsync(nginx, "GET", "/api/v1/users/\"u");

        broken.IsProblem(502, "bad_gateway");
        Assert.Equal(1, service.Requests);
        down.IsProblem(502, "bad_gateway");
        Assert.Equal("2", down.Headers["Retry-After"]);
    }

    [Fact]
    public async Task The_gateway_stops_when_it_is_told_to()
    {
        using var closed = new ClosedPort();
        await using var gateway = await GatewayProcess.StartAsync(closed.Address, users: null);

        Assert.Equal(0, await gateway.TerminateAsync());
    }

    [Theory]
    [InlineData("Identity:Jwt:Audience", "--Identity:Mode", "Jwt")]
    [InlineData("Identity:Mode", "--Identity:Mode", "Typo")]
    [InlineData("Identity:GatewaySecret", "--Identity:GatewaySecret", "short")]
    [InlineData("Invalid url", "--urls", "garbage")]
    [InlineData("ReverseProxy", "--ReverseProxy:Routes:sessions:Match:Path", "{")]
    public async Task A_mistake_of_the_operator_is_named_in_place_of_a_stack_trace(string named, params string[] arguments)
    {
        var (exitCode, output) = await GatewayProcess.RunAsync(arguments);

        Assert.True(exitCode == 1, output);
        Assert.Contains(named, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named()
    {
        await using var other = await StubService.StartAsync("other");

        var (exitCode, output) = await GatewayProcess.RunAsync("--urls", other.Address.ToString());

        Assert.True(exitCode == 1, output);
        Assert.Contains("The gateway cannot listen", output, StringComparison.Ordinal);
    }

    private static Task Unavailable(Microsoft.AspNetCore.Http.HttpContext http)
    {
        http.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
        return Task.CompletedTask;
    }

    private static Task<Answer> SendAsync(GatewayProcess gateway, string method, string target) =>
        GatewayClient.SendAsync(gateway.Address, new HttpMethod(method), target, method is "POST" or "PUT" ? new StringContent("{}") : null);

    private static async Task WaitForAsync(Func<Task<bool>> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var timeout = new CancellationTokenSource(Patience);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }
}
