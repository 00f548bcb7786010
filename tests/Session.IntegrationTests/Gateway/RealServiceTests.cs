using System.Net.Http.Headers;
using System.Text;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>The service itself behind our gateway, and behind nginx where it is installed.</summary>
public sealed class ServedFixture : ApiFixture
{
    private readonly Dictionary<string, GatewayProcess> _gateways = new(StringComparer.Ordinal);
    private StubService? _users;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _users = await StubService.StartAsync("users");
        foreach (var name in GatewaysFixture.Names)
        {
            _gateways[name] = name == "nginx"
                ? await GatewayProcess.StartNginxAsync(Address, _users.Address)
                : await GatewayProcess.StartAsync(Address, _users.Address);
        }
    }

    public override async Task DisposeAsync()
    {
        foreach (var gateway in _gateways.Values)
        {
            await gateway.DisposeAsync();
        }

        await (_users?.DisposeAsync() ?? ValueTask.CompletedTask);
        await base.DisposeAsync();
    }

    public Uri AddressOf(string gateway) => _gateways[gateway].Address;

    /// <summary>A user's client whose answers must be those that the service declares, as without a gateway.</summary>
    public ApiClient Through(string gateway, string? userId)
    {
        var sockets = new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 };
        return new ApiClient(
            new HttpClient(new DeclaredAnswers(DocumentAsync, sockets, isBehindNginx: gateway == "nginx")) { BaseAddress = AddressOf(gateway) }, userId);
    }
}

public sealed class RealServiceTests(ServedFixture service) : IClassFixture<ServedFixture>
{
    public static TheoryData<string> All => new(GatewaysFixture.Names);

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_conversation_is_held_through_the_gateway(string gateway)
    {
        var user = service.Through(gateway, $"Zoë-{Guid.NewGuid()}");

        var session = await user.StartSessionAsync();
        var message = await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        var summary = (await user.GetAsync($"{session}/summary")).Is(200);
        (await user.PutAsync(session, """{"session_summary":"A test."}""")).Is(200);
        var messages = (await user.GetAsync($"{session}/messages?after=0&limit=5")).Is(200);
        (await user.DeleteAsync(session)).Is(200);

        Assert.Equal(user.UserId, message.Text("user_id"));
        Assert.Equal(1, summary.Number("message_count"));
        Assert.Equal("Hello", Assert.Single(messages.Items("messages")).Text("content"));
        Assert.Equal("ended", (await service.As(user.UserId).GetAsync(session)).Is(200).Text("status"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_slash_in_a_user_id_and_the_text_of_its_code_are_different_users(string gateway)
    {
        var name = Guid.NewGuid().ToString();
        await service.As($"{name}/x").StartSessionAsync();

        var slash = await GatewayClient.GetAsync(service.AddressOf(gateway), $"/api/v1/users/{name}%2Fx/sessions");
        var lowerCaseCode = await GatewayClient.GetAsync(service.AddressOf(gateway), $"/api/v1/users/{name}%2fx/sessions");
        var text = await GatewayClient.GetAsync(service.AddressOf(gateway), $"/api/v1/users/{name}%252Fx/sessions");

        Assert.Equal(1, slash.Is(200).Number("total"));
        Assert.Equal(1, lowerCaseCode.Is(200).Number("total"));
        Assert.Equal(0, text.Is(200).Number("total"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_services_problems_arrive_as_they_are(string gateway)
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        var target = $"/api/v1/sessions/{Guid.NewGuid()}?consistency=strong";
        (string, string)[] headers = [("X-User-Id", "u"), ("traceparent", $"00-{Trace}-b7ad6b7169203331-00")];

        var direct = await GatewayClient.GetAsync(service.Address, target, headers);
        var through = await GatewayClient.GetAsync(service.AddressOf(gateway), target, headers);

        direct.IsProblem(404, "session_not_found");
        Assert.Equal((direct.Status, direct.ContentType, direct.Text), (through.Status, through.ContentType, through.Text));
        Assert.Equal(Trace, through.IsProblem(404, "session_not_found").Text("trace_id"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task What_a_creation_answers_leads_back_through_the_gateway(string gateway)
    {
        var created = await service.Through(gateway, "u").PostAsync("/api/v1/sessions", "{}");

        Assert.Equal($"/api/v1/sessions/{created.Is(201).Text("session_id")}", created.Headers["Location"]);
        (await service.Through(gateway, "u").GetAsync(created.Headers["Location"])).Is(200);
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_long_answer_goes_through_as_the_service_compressed_it_for_the_client(string gateway)
    {
        var user = service.Through(gateway, $"user-{Guid.NewGuid()}");
        var session = await user.StartSessionAsync();
        var messages = string.Join(',', Enumerable.Repeat("""{"role":"user","content":"Once upon a time there was a conversation."}""", 100));
        (await user.PostAsync($"{session}/messages/batch", $$"""{"messages":[{{messages}}]}""")).Is(201);

        foreach (var path in new[] { $"{session}/messages", $"{session}/export?format=jsonl" })
        {
            foreach (var encoding in new[] { "gzip", "br", "zstd" })
            {
                (string, string)[] headers = [("X-User-Id", user.UserId!), ("Accept-Encoding", encoding)];
                using var http = GatewayClient.Create(service.AddressOf(gateway));
                using var answer = await http.SendAsync(GatewayClient.Request(service.AddressOf(gateway), HttpMethod.Get, path, headers));
                using var direct = GatewayClient.Create(service.Address);
                using var plain = await direct.SendAsync(GatewayClient.Request(service.Address, HttpMethod.Get, path, ("X-User-Id", user.UserId!)));

                Assert.Equal(encoding, Assert.Single(answer.Content.Headers.ContentEncoding));
                Assert.Contains("Accept-Encoding", answer.Headers.Vary);
                Assert.Empty(plain.Content.Headers.ContentEncoding);
                Assert.InRange((await answer.Content.ReadAsByteArrayAsync()).Length, 1, (await plain.Content.ReadAsByteArrayAsync()).Length / 4);
            }
        }
    }

    // The service reads up to 16 MiB; fields that it does not know do not count.
    [Theory]
    [MemberData(nameof(All))]
    public async Task The_services_limits_decide_how_large_a_body_may_be(string gateway)
    {
        var large = await PostAsync(gateway, megabytes: 12);
        var tooLarge = await PostAsync(gateway, megabytes: 20);

        large.Is(201);
        tooLarge.IsProblem(413, "payload_too_large");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_page_for_trying_it_is_served(string gateway)
    {
        var document = await GatewayClient.GetAsync(service.AddressOf(gateway), "/swagger/v1/swagger.json");
        var page = await GatewayClient.GetAsync(service.AddressOf(gateway), "/swagger/index.html");

        document.Is(200);
        Assert.Equal((200, "text/html"), (page.Status, page.ContentType));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Many_requests_at_once_are_each_answered(string gateway)
    {
        var user = service.Through(gateway, $"user-{Guid.NewGuid()}");
        var session = await user.StartSessionAsync();

        await Parallel.ForAsync(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, _) => await user.WriteMessageAsync(session));

        Assert.Equal(200, (await user.GetAsync(session)).Is(200).Number("message_count"));
    }

    private Task<Answer> PostAsync(string gateway, int megabytes)
    {
        var content = new StringContent($$"""{"user_id":"u","x":"{{new string('x', megabytes * 1024 * 1024)}}"}""");
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return GatewayClient.SendAsync(service.AddressOf(gateway), HttpMethod.Post, "/api/v1/sessions", content);
    }
}
