using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Gateway;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Limits;

/// <summary>A service with two connections to its database, behind the gateway too.</summary>
public sealed class SlowClientsFixture : ApiFixture
{
    private GatewayProcess? _gateway;
    private StubService? _users;

    public ApiClient User { get; private set; } = null!;

    public string Session { get; private set; } = "";

    public string Memory { get; private set; } = "";

    public Uri Gateway => _gateway!.Address;

    // At the lowest rate Kestrel does not close the connections of slow clients while others wait.
    protected override IEnumerable<KeyValuePair<string, string>> Settings => [KeyValuePair.Create("Limits:MinBytesPerSecond", "1")];

    protected override async Task<string> PrepareDatabaseAsync() => await base.PrepareDatabaseAsync() + ";Maximum Pool Size=2";

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _users = await StubService.StartAsync("users");
        _gateway = await GatewayProcess.StartAsync(Address, _users.Address);
        User = AsNewUser();
        await LargeRows.AddSessionsAsync(ConnectionString, User, sessions: 20, kilobytesEach: 1800);
        Memory = await LargeRows.AddMemoriesAsync(ConnectionString, User, memories: 20, kilobytesEach: 1000);
        Session = await User.StartSessionAsync();
        await LargeRows.AddMessagesAsync(ConnectionString, Session, messages: 400, kilobytesEach: 100);
    }

    public override async Task DisposeAsync()
    {
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_users?.DisposeAsync() ?? ValueTask.CompletedTask);
        await base.DisposeAsync();
    }
}

public sealed class SlowClientsTests(SlowClientsFixture service) : IClassFixture<SlowClientsFixture>
{
    public static TheoryData<string> LargeAnswers =>
    [
        "{session}/messages?after=0&limit=400",
        "{session}/messages?before=400&limit=400",
        "{session}/messages?page_size=200",
        "{session}/messages?page_size=200&order=desc",
        "{session}/messages?page_size=200&role=user",
        "{session}/export?format=json",
        "{session}/export?format=jsonl",
        "{session}/export?format=markdown",
        "/api/v1/users/{user}/export",
        "/api/v1/sessions?page_size=100",
        "/api/v1/sessions?page_size=100&q=large",
        "/api/v1/users/{user}/sessions?page_size=100",
        "/api/v1/users/{user}/memories?page_size=100",
        "{memory}/versions?page_size=100",
    ];

    [Theory]
    [MemberData(nameof(LargeAnswers))]
    public Task Clients_that_read_nothing_keep_nobody_waiting(string path) => AssertOthersAreServedAsync(service.Address, path);

    [Theory]
    [InlineData("{session}/messages?after=0&limit=400")]
    [InlineData("/api/v1/sessions?page_size=100")]
    [InlineData("/api/v1/users/{user}/export")]
    public Task Nor_do_they_behind_the_gateway(string path) => AssertOthersAreServedAsync(service.Gateway, path);

    private async Task AssertOthersAreServedAsync(Uri address, string path)
    {
        var url = path
            .Replace("{session}", service.Session, StringComparison.Ordinal)
            .Replace("{memory}", service.Memory, StringComparison.Ordinal)
            .Replace("{user}", service.User.UserId, StringComparison.Ordinal);
        var other = service.AsNewUser();
        var session = await other.StartSessionAsync();
        using var http = new HttpClient { BaseAddress = address };
        var slow = new List<HttpResponseMessage>();
        try
        {
            for (var i = 0; i < 8; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, url);
                request.Headers.Add("X-User-Id", service.User.UserId);
                var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                slow.Add(response);
                Assert.Equal(200, (int)response.StatusCode);
            }

            for (var i = 0; i < 10; i++)
            {
                (await other.GetAsync(session)).Is(200);
                (await other.GetAsync($"{session}/messages")).Is(200);
            }
        }
        finally
        {
            slow.ForEach(response => response.Dispose());
        }
    }
}
