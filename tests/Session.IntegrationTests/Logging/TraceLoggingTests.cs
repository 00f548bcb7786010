using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Logging;

/// <summary>A service whose operator asks for everything that any category logs.</summary>
public sealed class TraceFixture : ApiFixture
{
    public static readonly string[] Categories =
    [
        "Default", "Microsoft", "System", "Npgsql", "Yarp", "Microsoft.AspNetCore", "Microsoft.AspNetCore.Hosting.Diagnostics",
        "Microsoft.AspNetCore.Diagnostics.ExceptionHandlerMiddleware", "Microsoft.EntityFrameworkCore", "Microsoft.EntityFrameworkCore.Query",
        "Microsoft.EntityFrameworkCore.Update", "Microsoft.EntityFrameworkCore.Database.Command", "Microsoft.EntityFrameworkCore.Database.Connection",
        "Yarp.ReverseProxy.Forwarder.HttpForwarder",
    ];

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        .. Categories.Select(category => KeyValuePair.Create($"Logging:LogLevel:{category}", "Trace")),
        KeyValuePair.Create("Cors:AllowedOrigins:0", "https://app.example.com"),
        KeyValuePair.Create("ForwardedHeaders:KnownProxies:0", "127.0.0.1"),
        KeyValuePair.Create("RateLimits:Requests", "1000"),
    ];
}

public sealed class TraceLoggingTests(TraceFixture service) : IClassFixture<TraceFixture>
{
    private const string Marker = "m4rker";

    [Fact]
    public async Task At_the_level_Trace_too_no_log_holds_what_a_client_sent()
    {
        await SendMarkersAsync(service.Address);

        Assert.Contains(service.Logs.Entries, entry => entry.Level == LogLevel.Debug && entry.Category.StartsWith("SessionService.", StringComparison.Ordinal));
        var leaks = service.Logs.Entries.Where(entry => entry.Everything.Contains(Marker, StringComparison.OrdinalIgnoreCase)).ToList();
        Assert.True(leaks.Count == 0, string.Join('\n', leaks.Select(leak => $"{leak.Category} {leak.Level} {leak.Message}").Distinct(StringComparer.Ordinal)));
        Assert.DoesNotContain(service.Logs.Scopes, scope => scope.Contains(Marker, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_gateways_log_holds_nothing_of_it_either()
    {
        await using var sessions = await StubService.StartAsync("sessions");
        await using var gateway = await GatewayProcess.StartAsync(
            sessions.Address, users: null, [.. TraceFixture.Categories.Select(category => ($"Logging:LogLevel:{category}", "Trace")), ("Logging:Console:FormatterOptions:IncludeScopes", "true")]);

        await SendMarkersAsync(gateway.Address);
        await gateway.TerminateAsync();

        Assert.Contains("SessionService.Gateway.RequestLogging", gateway.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(Marker, gateway.Output, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_method_that_is_none_of_HTTPs_is_logged_by_one_name()
    {
        await RawHttp.SendAsync(service.Address, $"{new string('M', 30_000)} /api/v1/sessions");

        var line = service.Logs.Entries.Last(entry => entry.Category.EndsWith(".RequestLogging", StringComparison.Ordinal));
        Assert.StartsWith("_OTHER (none) 405", line.Message, StringComparison.Ordinal);
    }

    private static async Task SendMarkersAsync(Uri host)
    {
        var session = $"/api/v1/sessions/{Guid.NewGuid()}";
        string[] headers =
        [
            $"X-User-Id: {Marker}", $"Idempotency-Key: {Marker}", $"User-Agent: {Marker}", $"Origin: https://{Marker}.example", $"Authorization: Bearer {Marker}.{Marker}.{Marker}",
            $"If-Match: \"{Marker}\"", $"X-Forwarded-For: {Marker}", $"Cookie: a={Marker}", $"X-{Marker}: {Marker}", $"Accept: {Marker}/{Marker}", $"tracestate: a={Marker}", $"baggage: a={Marker}",
        ];
        foreach (var line in new[]
        {
            $"GET /{Marker}", $"GET /api/v1/users/{Marker}/sessions?{Marker}={Marker}", $"GET /api/v1/sessions?q={Marker}", $"GET {session}/messages?role={Marker}",
            $"GET /api/v1/sessions/search?q={Marker}", $"GET /api/v1/users/{Marker}/memories/search?q={Marker}", $"DELETE {session}?user_id={Marker}", $"{Marker.ToUpperInvariant()} /{Marker}",
            $"OPTIONS /api/v1/sessions/{Marker}", $"GET /health?{Marker}={Marker}", $"GET /swagger/{Marker}", $"HEAD /api/v1/users/{Marker}/export", $"GET /api/v1/users//{Marker}",
            $"GET /%00{Marker}", $"GET /api/v1/sessions?q={new string('a', 33_000)}{Marker}",
        })
        {
            await RawHttp.SendAsync(host, line, headers);
        }

        await RawHttp.SendAsync(host, "GET /api/v1/sessions", $"Host: {Marker}");
        await RawHttp.SendAsync(host, $"OPTIONS /api/v1/sessions/{Marker}", [.. headers, "Access-Control-Request-Method: DELETE", $"Access-Control-Request-Headers: {Marker}"]);
        foreach (var (path, body, type, encoding) in new[]
        {
            ("/api/v1/sessions", $$"""{"title":"{{Marker}}","metadata":{"{{Marker}}":"{{Marker}}"} }""", "application/json", ""),
            ("/api/v1/sessions", $"{{\"{Marker}", "application/json", ""),
            ("/api/v1/sessions", $$"""{"session_id":"{{Marker}}"}""", $"application/{Marker}", ""),
            ("/api/v1/sessions", Marker, "application/json", Marker),
            ($"{session}/messages", $$"""{"role":"{{Marker}}","content":["{{Marker}}"]}""", "application/json", ""),
            ("/api/v1/sessions/import", $"{Marker}\n{{\"{Marker}\":1}}", "application/x-ndjson", ""),
            ($"/api/v1/users/{Marker}/memories", $$"""{"content":"{{Marker}}"}""", "application/json", ""),
        })
        {
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            content.Headers.TryAddWithoutValidation("Content-Encoding", encoding);
            await GatewayClient.SendAsync(host, HttpMethod.Post, path, content, ("X-User-Id", Marker), ("Idempotency-Key", Marker));
        }
    }
}
