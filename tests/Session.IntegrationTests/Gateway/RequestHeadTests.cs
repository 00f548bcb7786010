using System.Text.Json;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Lines and headers of requests at the edges of what is allowed: the gateway answers as the service does.</summary>
public sealed class RequestHeadTests(ServedFixture service) : IClassFixture<ServedFixture>
{
    private const string Sessions = "GET /api/v1/sessions";

    public static TheoryData<string> All => new(GatewaysFixture.Names);

    public static TheoryData<string> Hosts => ["service", "ours"];

    public static TheoryData<string, string, string> Doubled
    {
        get
        {
            var table = new TheoryData<string, string, string>();
            foreach (var gateway in GatewaysFixture.Names)
            {
                table.Add(gateway, "GET /api/v1/sessions", "X-User-Id");
                table.Add(gateway, "DELETE /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", "x-user-id");
                table.Add(gateway, "GET /api/v1/users/alice/sessions", "X-User-Id");
                table.Add(gateway, "GET /api/v1/users/alice/memories", "X-USER-ID");
                table.Add(gateway, "POST /api/v1/sessions", "Idempotency-Key");
                table.Add(gateway, "POST /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e/messages", "idempotency-key");
                table.Add(gateway, "POST /api/v1/users/alice/memories", "Idempotency-Key");
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Doubled))]
    public async Task A_header_of_one_value_that_stands_twice_is_refused(string gateway, string line, string header)
    {
        string[] headers = header.StartsWith('X') || header.StartsWith('x')
            ? [$"{header}: alice", $"{header}: bob"]
            : [$"{header}: a", $"{header}: b", "X-User-Id: alice", "Content-Type: application/json"];
        const string Body = """{"role":"user","content":"Hello"}""";

        var direct = await RawHttp.PostAsync(service.Address, line, Body, headers);
        var through = await RawHttp.PostAsync(service.AddressOf(gateway), line, Body, headers);

        Assert.EndsWith("must be given once", Assert.Single(direct.IsInvalid()).Value[0], StringComparison.Ordinal);
        Assert.Equal(ErrorsOf(direct), ErrorsOf(through));
    }

    [Theory]
    [InlineData("GET /api/v1/users/u", "X-User-Id")]
    [InlineData("PUT /api/v1/users/u", "Idempotency-Key")]
    public async Task The_users_service_gets_no_such_request(string line, string header)
    {
        var answer = await RawHttp.SendAsync(service.AddressOf("ours"), line, $"{header}: a", $"{header}: b", "Content-Length: 0");

        Assert.Single(answer.IsInvalid());
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_read_has_no_use_for_a_key_and_may_have_two(string host) =>
        (await RawHttp.SendAsync(AddressOf(host), Sessions, "X-User-Id: u", "Idempotency-Key: a", "Idempotency-Key: b")).Is(200);

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Headers_of_almost_32_KiB_pass_and_longer_ones_are_a_problem(string host)
    {
        var passed = await RawHttp.SendAsync(AddressOf(host), Sessions, "X-User-Id: u", $"X-Long: {new string('a', 32_650)}");
        var refused = await RawHttp.SendAsync(AddressOf(host), Sessions, "X-User-Id: u", $"X-Long: {new string('a', 32 * 1024)}");
        var several = await RawHttp.SendAsync(
            AddressOf(host), Sessions, ["X-User-Id: u", .. Enumerable.Range(0, 9).Select(i => $"X-Long-{i}: {new string('a', 4000)}")]);

        passed.Is(200);
        refused.IsProblem(431, "headers_too_large");
        several.IsProblem(431, "headers_too_large");
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_hundred_headers_pass_and_more_are_a_problem(string host)
    {
        // Host, Connection and X-User-Id are headers too; the caller's does not count.
        var passed = await RawHttp.SendAsync(AddressOf(host), Sessions, ["X-User-Id: u", .. Enumerable.Range(0, 98).Select(i => $"X-{i}: a")]);
        var refused = await RawHttp.SendAsync(AddressOf(host), Sessions, ["X-User-Id: u", .. Enumerable.Range(0, 99).Select(i => $"X-{i}: a")]);

        passed.Is(200);
        refused.IsProblem(431, "headers_too_large");
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task A_target_of_almost_32_KiB_is_read_and_a_longer_one_is_a_problem(string host)
    {
        var read = await RawHttp.SendAsync(AddressOf(host), $"{Sessions}?q={new string('a', 32_600)}", "X-User-Id: u");
        var refused = await RawHttp.SendAsync(AddressOf(host), $"{Sessions}?q={new string('a', 32 * 1024)}", "X-User-Id: u");

        read.IsInvalid("q");
        refused.IsProblem(414, "uri_too_long");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Any_byte_that_a_header_may_have_is_taken(string gateway)
    {
        foreach (var host in new[] { service.Address, service.AddressOf(gateway) })
        {
            foreach (var header in new[] { "User-Agent", "Accept-Language", "Referer", "X-Other", "traceparent", "tracestate", "Authorization", "Cookie", "Origin", "Accept" })
            {
                (await RawHttp.SendAsync(host, Sessions, "X-User-Id: u", $"{header}: caf\u00e9 \u00ff\u0080")).Is(200);
            }

            (await RawHttp.PostAsync(host, "PUT /api/v1/sessions/a87a9d6e-4137-4d41-8ab8-a13c4abcc83e", "{}", "X-User-Id: u", "If-Match: \"\u00e9\"", "Content-Type: application/\u00ff"))
                .IsProblem(415, "unsupported_media_type");
            (await RawHttp.SendAsync(host, Sessions, "X-User-Id: \u00ff")).IsInvalid("user_id");
        }
    }

    [Theory]
    [MemberData(nameof(Hosts))]
    public async Task Every_path_that_is_read_with_GET_answers_HEAD_with_the_same_headers(string host)
    {
        string[] moving = ["Date", "Content-Length", "Transfer-Encoding", "Content-Disposition"];
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        var paths = (await service.DocumentAsync()).GetProperty("paths").EnumerateObject().Where(path => path.Value.TryGetProperty("get", out _))
            .Select(path => path.Name.Replace("{session_id}", session.Split('/')[^1], StringComparison.Ordinal)
                .Replace("{user_id}", user.UserId, StringComparison.Ordinal)
                .Replace("{memory_id}", "0d1f95c6-a8fa-462d-8f6e-b1f0da7524a0", StringComparison.Ordinal)
                .Replace("{sequence}", "1", StringComparison.Ordinal)
                .Replace("{branch_id}", "1", StringComparison.Ordinal))
            .Append("/nowhere").Append("/swagger/index.html").Append("/swagger/v1/swagger.json").ToList();

        Assert.True(paths.Count > 25);
        foreach (var path in paths)
        {
            var get = await GatewayClient.SendAsync(AddressOf(host), HttpMethod.Get, path, content: null, ("X-User-Id", user.UserId));
            var head = await GatewayClient.SendAsync(AddressOf(host), HttpMethod.Head, path, content: null, ("X-User-Id", user.UserId));

            Assert.True(get.Status == head.Status, $"{path}: GET {get.Status}, HEAD {head.Status}");
            Assert.Equal("", head.Text);
            Assert.Equal(
                get.Headers.Where(header => !moving.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.Ordinal),
                head.Headers.Where(header => !moving.Contains(header.Key, StringComparer.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.Ordinal));
        }
    }

    private Uri AddressOf(string host) => host == "service" ? service.Address : service.AddressOf(host);

    private static string ErrorsOf(Answer answer) => JsonSerializer.Serialize(answer.IsInvalid());
}
