using System.Text.Json;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Keys;
using SessionService.IntegrationTests.OpenApi;

namespace SessionService.IntegrationTests.Gateway;

/// <summary>Gateways before a service that takes keys: ours, and nginx where it is installed.</summary>
public sealed class KeysBehindGatewaysFixture : KeysFixture
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
                : await GatewayProcess.StartAsync(Address, _users.Address, ("Identity:Mode", "ApiKey"));
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
}

public sealed class GatewayKeysTests(KeysBehindGatewaysFixture service) : IClassFixture<KeysBehindGatewaysFixture>
{
    private const string Sessions = "/api/v1/sessions";

    public static TheoryData<string> All => new(GatewaysFixture.Names);

    [Theory]
    [MemberData(nameof(All))]
    public async Task The_gateway_passes_key_and_user_on_and_the_service_decides(string gateway)
    {
        var user = $"Zoë-{Guid.NewGuid()}";
        var (own, other, admin) = (await service.KeyOfAsync(user), await service.KeyOfAsync(KeysFixture.NewUser()), await service.KeyOfAsync(user: null));

        var session = (await SendAsync(gateway, HttpMethod.Post, Sessions, own)).Is(201);

        Assert.Equal(user, session.Text("user_id"));
        var path = $"{Sessions}/{session.Text("session_id")}";
        (await SendAsync(gateway, HttpMethod.Get, path, own, ("X-User-Id", user))).Is(200);
        (await SendAsync(gateway, HttpMethod.Get, path, admin, ("X-User-Id", user))).Is(200);
        (await SendAsync(gateway, HttpMethod.Get, path, other)).IsProblem(404, "session_not_found");
        (await SendAsync(gateway, HttpMethod.Get, path, other, ("X-User-Id", user))).IsProblem(403, "user_mismatch");
        (await SendAsync(gateway, HttpMethod.Get, path, key: null, ("X-User-Id", user))).IsProblem(401, "authentication_required");
        var refused = await SendAsync(gateway, HttpMethod.Get, path, "garbage", ("X-User-Id", user));
        refused.IsProblem(401, "invalid_api_key");
        Assert.StartsWith("Bearer ", refused.Headers["WWW-Authenticate"], StringComparison.Ordinal);
        (await SendAsync(gateway, HttpMethod.Get, "/api/v1/keys", admin)).Is(200);
        (await SendAsync(gateway, HttpMethod.Get, "/api/v1/keys", own)).IsProblem(403, "service_key_required");
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Every_route_needs_a_key_through_the_gateway_as_without_it(string gateway)
    {
        foreach (var route in (await service.DocumentAsync()).Operations().Where(route => !route.IsHealth))
        {
            var path = route.Path.Replace("{sequence}", "1", StringComparison.Ordinal).Replace("{user_id}", "ann", StringComparison.Ordinal);
            path = path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal);

            RefusedKeysTests.AssertIsRefused(
                route.Path, await SendAsync(gateway, HttpMethod.Parse(route.Method), path, key: null, ("X-User-Id", "ann")));
        }
    }

    [Fact]
    public async Task A_user_whom_nobody_has_checked_is_not_named_to_the_users_service()
    {
        var arrived = (await SendAsync("ours", HttpMethod.Get, "/api/v1/users/ann/profile", key: null, ("X-User-Id", "ann"))).Is(200);

        Assert.Equal("users", arrived.Text("service"));
        Assert.False(arrived.GetProperty("headers").TryGetProperty("x-user-id", out JsonElement _));
    }

    [Fact]
    public async Task A_user_who_is_named_twice_is_refused()
    {
        var admin = await service.KeyOfAsync(user: null);

        foreach (var host in new[] { service.Address, service.AddressOf("ours") })
        {
            (await RawHttp.SendAsync(host, $"GET {Sessions}", $"Authorization: Bearer {admin}", "X-User-Id: ann", "X-User-Id: bob")).IsInvalid("user_id");
            (await RawHttp.SendAsync(host, $"GET {Sessions}", $"Authorization: Bearer {admin}", $"Authorization: Bearer {admin}", "X-User-Id: ann"))
                .IsProblem(401, "invalid_api_key");
        }
    }

    private Task<Answer> SendAsync(string gateway, HttpMethod method, string path, string? key, params (string Name, string Value)[] headers) =>
        GatewayClient.SendAsync(
            service.AddressOf(gateway),
            method,
            path,
            method == HttpMethod.Get ? null : new StringContent("{}", System.Text.Encoding.UTF8, "application/json"),
            key is null ? headers : [.. headers, ("Authorization", $"Bearer {key}")]);
}
