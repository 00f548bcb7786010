using System.Text.Json;
using System.Text.RegularExpressions;
using Npgsql;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Telemetry;

/// <summary>Processes of their own, because what is measured and traced in a process is everybody's in it.</summary>
public sealed partial class TelemetryTests
{
    private const string Secret = "s3cret-k9";

    [Fact]
    public async Task Spans_metrics_and_logs_tell_what_was_done_and_nothing_that_a_client_sent()
    {
        await using var collector = await StubCollector.StartAsync();
        await using var service = await StartAsync(collector.Settings);
        var user = service.As($"{Secret}-{Guid.NewGuid()}");

        var session = await user.StartSessionAsync($$"""{"metadata":{"{{Secret}}":"{{Secret}}"} }""");
        using var traced = new HttpRequestMessage(HttpMethod.Post, $"{session}/messages")
        {
            Content = new StringContent($$"""{"role":"user","content":"{{Secret}}","metadata":{"a":"{{Secret}}"} }""", System.Text.Encoding.UTF8, "application/json"),
            Headers =
            {
                { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
                { "tracestate", $"vendor={Secret}" },
                { "baggage", $"key={Secret}" },
                { "User-Agent", Secret },
                { "Idempotency-Key", Secret },
                { "Authorization", $"Bearer {Secret}" },
            },
        };
        traced.Headers.Host = $"{Secret}.example";
        (await user.SendAsync(traced)).Is(201);
        (await user.SendAsync(HttpMethod.Post, $"{session}/messages", $$"""{"role":"user","content":"{{Secret}}","metadata":{"a":"{{Secret}}"} }""", Secret)).Is(201);
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions?status=active&metadata.{Secret}={Secret}")).Is(200);
        (await user.GetAsync($"/api/v1/users/{user.UserId}/sessions?{Secret}={Secret}")).IsInvalid(Secret);
        (await user.GetAsync($"/{Secret}")).IsProblem(404, "route_not_found");
        (await user.SendAsync(new HttpMethod(Secret.ToUpperInvariant()), session)).IsProblem(405, "method_not_allowed");
        (await user.PostAsync($"{session}/messages", $$"""{"role":"{{Secret}}" """)).IsProblem(400, "invalid_json");
        var shown = (await user.GetAsync("/metrics")).Text;
        await service.StopAsync();

        Assert.Contains("api/v1/sessions/{session_id:guid}/messages", collector.Traces, StringComparison.Ordinal);
        Assert.Contains(StubCollector.Id("0af7651916cd43dd8448eb211c80319c"), collector.Traces, StringComparison.Ordinal);
        Assert.Contains("write group", collector.Traces, StringComparison.Ordinal);
        Assert.Contains("postgresql", collector.Traces, StringComparison.Ordinal);
        Assert.Contains("session_service.write.wait", collector.Metrics, StringComparison.Ordinal);
        Assert.Contains("""session_service_writes_total{otel_scope_name="session_service",kind="append"} 1""", shown, StringComparison.Ordinal);
        Assert.Contains("""session_service_writes_replayed_total{otel_scope_name="session_service"} 1""", shown, StringComparison.Ordinal);
        var id = session[(session.LastIndexOf('/') + 1)..];
        // The line of a request has its method, a word without blanks of the client's choice; it is the one in capitals.
        var logs = string.Join('\n', service.Output).Replace(Secret.ToUpperInvariant(), "", StringComparison.Ordinal);
        foreach (var (name, text) in new[] { ("traces", collector.Traces), ("metrics", collector.Metrics), ("/metrics", shown), ("logs", logs) })
        {
            Assert.False(text.Contains(Secret, StringComparison.OrdinalIgnoreCase), $"{name} hold what a client sent.");
            Assert.False(text.Contains(id, StringComparison.OrdinalIgnoreCase), $"{name} hold a session's id.");
            Assert.False(text.Contains("INSERT", StringComparison.Ordinal), $"{name} hold SQL.");
        }
    }

    [Fact]
    public async Task A_statement_that_fails_is_a_span_without_the_databases_words()
    {
        await using var collector = await StubCollector.StartAsync();
        var database = await TestPostgres.CloneTemplateAsync();
        await using var service = await StartAsync([.. collector.Settings, ("ConnectionStrings__SessionDb", database)]);
        var user = service.As($"user-{Guid.NewGuid()}");
        var session = await user.StartSessionAsync();
        await using (var dataSource = NpgsqlDataSource.Create(database))
        {
            await using var command = dataSource.CreateCommand(
                $"ALTER TABLE dev.session_messages ADD CONSTRAINT \"{Secret}\" CHECK (content <> 'refused')");
            await command.ExecuteNonQueryAsync();
        }

        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"refused"}""")).IsProblem(500, "internal_error");
        await service.StopAsync();

        Assert.Contains("23514", collector.Traces, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, collector.Traces, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", collector.Traces, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_line_of_the_log_of_a_request_is_an_object_with_its_trace_id()
    {
        await using var service = await StartAsync();

        var missing = (await service.As("somebody").GetAsync($"/api/v1/sessions/{Guid.NewGuid()}")).IsProblem(404, "session_not_found");
        await service.StopAsync();

        var lines = service.Output.Where(line => line.Length > 0).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var line = Assert.Single(lines, line => line.GetProperty("State").TryGetProperty("Status", out var status) && status.ToString() == "404");
        Assert.Equal(missing.Text("trace_id"), line.GetProperty("State").Text("TraceId"));
        Assert.Contains(missing.Text("trace_id"), line.Raw("Scopes"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_metric_of_the_dashboard_is_shown()
    {
        await using var service = await StartAsync();
        var user = service.As("somebody");
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);

        var shown = (await user.GetAsync("/metrics")).Text;
        var file = await File.ReadAllTextAsync(Path.Combine(GatewayProcess.FileOf("Repository"), "deploy", "grafana", "session-service.json"));
        var expressions = JsonDocument.Parse(file).RootElement.Items("panels")
            .SelectMany(panel => panel.Items("targets"))
            .Select(target => target.Text("expr"));

        var names = expressions.SelectMany(expression => Metric().Matches(expression).Select(match => match.Value)).Distinct(StringComparer.Ordinal).ToList();
        Assert.True(names.Count >= 15);
        Assert.All(names, name => Assert.Matches($"(?m)^{name}[{{ ]", shown));
    }

    [Fact]
    public async Task Metrics_can_be_turned_off_or_kept_to_another_port()
    {
        await using var off = await StartAsync(("Telemetry__Metrics", "false"));
        await using var elsewhere = await StartAsync(("Telemetry__MetricsPort", "1"));

        (await off.As("somebody").GetAsync("/metrics")).IsProblem(404, "route_not_found");
        (await elsewhere.As("somebody").GetAsync("/metrics")).IsProblem(404, "route_not_found");
    }

    [Fact]
    public async Task Metrics_are_open_to_those_without_the_gateways_secret()
    {
        await using var service = await StartAsync(("Identity__GatewaySecret", new string('s', 32)), ("RateLimits__Requests", "1"));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(200, (await service.As("somebody").GetAsync("/metrics")).Status);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_trace_goes_on_through_the_gateway(bool isTraced)
    {
        await using var collector = await StubCollector.StartAsync();
        await using var service = await StubService.StartAsync("sessions");
        await using var gateway = await GatewayProcess.StartAsync(service.Address, users: null, isTraced ? collector.Settings : []);
        using var http = new HttpClient { BaseAddress = gateway.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/users/{Secret}/sessions?{Secret}={Secret}")
        {
            Headers =
            {
                { "traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" },
                { "X-User-Id", Secret },
            },
        };

        using var response = await http.SendAsync(request);
        var arrived = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("headers");
        await gateway.TerminateAsync();

        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", arrived.Text("traceparent"), StringComparison.Ordinal);
        Assert.DoesNotContain("b7ad6b7169203331", arrived.Text("traceparent"), StringComparison.Ordinal);
        Assert.Equal(isTraced, collector.Traces.Contains(StubCollector.Id("0af7651916cd43dd8448eb211c80319c"), StringComparison.Ordinal));
        Assert.DoesNotContain(Secret, collector.Traces + collector.Metrics + gateway.Output, StringComparison.Ordinal);
    }

    private static async Task<ServiceProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var database = settings.Any(setting => setting.Name == "ConnectionStrings__SessionDb") ? "" : await TestPostgres.CloneTemplateAsync();
        var service = new ServiceProcess(
        [
            ("ConnectionStrings__SessionDb", database), ("Logging__LogLevel__Default", "Information"), ("Logging__Console__FormatterName", "json"), .. settings,
        ]);
        await service.StartAsync();
        return service;
    }

    [GeneratedRegex("(session_service|http_server|kestrel|db_client|dotnet)_[a-z_]+(?=\\{)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Metric();
}
