using Npgsql;
using SessionService.Domain.Keys;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Writes;

namespace SessionService.IntegrationTests.Keys;

/// <summary>Keys beside other instances, the command, and a database that is away.</summary>
public sealed class KeyInstancesTests(KeysFixture service) : IClassFixture<KeysFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_second_instance_takes_a_key_and_soon_knows_that_it_was_revoked()
    {
        var other = new InstanceFixture(service.ConnectionString, KeysFixture.Mode);
        await other.InitializeAsync();
        try
        {
            var key = await service.CreateKeyAsync(KeysFixture.NewUser());
            (await KeysFixture.SendAsync(other, key.Key, HttpMethod.Get, Sessions)).Is(200);

            (await service.SendAsync(await service.KeyOfAsync(user: null), HttpMethod.Delete, $"/api/v1/keys/{key.KeyId}")).Is(200);

            await Eventually.IsSoAsync(async () => (await KeysFixture.SendAsync(other, key.Key, HttpMethod.Get, Sessions)).Status == 401);
            (await KeysFixture.SendAsync(other, key.Key, HttpMethod.Get, Sessions)).IsProblem(401, "invalid_api_key");
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task The_commands_make_list_and_revoke_keys_of_a_running_service()
    {
        var user = KeysFixture.NewUser();
        var made = await RunAsync("keys", "create", "--user", user, "--name", "on my laptop", "--expires", "30.00:00:00");
        var forService = await RunAsync("keys", "create", "--service");
        var (key, admin) = (made.Output.Split('\n')[0], forService.Output.Split('\n')[0]);

        Assert.Equal((0, 0), (made.ExitCode, forService.ExitCode));
        (await service.GetAsync(key, Sessions)).Is(200);
        var shown = Assert.Single((await service.GetAsync(admin, $"/api/v1/keys?user_id={user}")).Is(200).Items("keys"));
        Assert.Equal("on my laptop", shown.Text("name"));
        Assert.Equal(30, (shown.Time("expires_at") - shown.Time("created_at")).TotalDays, precision: 1);

        var list = await RunAsync("keys", "list", "--user", user);
        var all = await RunAsync("keys", "list");
        var revoked = await RunAsync("keys", "revoke", shown.Text("key_id"));
        var after = await RunAsync("keys", "list", "--user", user);

        Assert.Matches($"^{shown.Text("key_id")} {user} valid created [^ ]+ expires [^ ]+ used [^ ]+ on%20my%20laptop$", list.Output.Split('\n')[0]);
        Assert.Contains(" * valid ", all.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(key[36..], list.Output + all.Output + after.Output, StringComparison.Ordinal);
        Assert.Equal(0, revoked.ExitCode);
        Assert.Contains($" {user} revoked ", after.Output, StringComparison.Ordinal);
        await Eventually.IsSoAsync(async () => (await service.GetAsync(key, Sessions)).Status == 401);
    }

    [Theory]
    [InlineData("--user or --service", "keys", "create")]
    [InlineData("--user or --service", "keys", "create", "--user", "ann", "--service")]
    [InlineData("--user", "keys", "create", "--user", " ")]
    [InlineData("--expires", "keys", "create", "--user", "ann", "--expires", "soon")]
    [InlineData("--expires", "keys", "create", "--user", "ann", "--expires", "2020-01-01")]
    [InlineData("There is no such key.", "keys", "revoke", "01997b2e-6a3c-7d5e-8f10-92a4b6c8d0e2")]
    [InlineData("nonsense", "keys", "revoke", "nonsense")]
    public async Task A_command_that_is_wrong_says_so_and_makes_nothing(string says, params string[] command)
    {
        var run = await RunAsync(command);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains(says, run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    private Task<ProgramRun> RunAsync(params string[] command) =>
        ProgramRun.OfServiceAsync([("ConnectionStrings__SessionDb", service.ConnectionString)], command);
}

/// <summary>A service with keys whose database a test can take away.</summary>
public sealed class ProxiedKeysFixture : KeysFixture
{
    private bool _isAway;

    internal DatabaseProxy Proxy { get; private set; } = null!;

    public async Task TakeDatabaseAwayAsync()
    {
        _isAway = true;
        await Proxy.DisposeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (!_isAway)
        {
            await Proxy.DisposeAsync();
        }
    }

    protected override async Task<string> PrepareDatabaseAsync()
    {
        var server = new NpgsqlConnectionStringBuilder(await TestPostgres.CloneTemplateAsync());
        Proxy = new DatabaseProxy(server.Host!, server.Port);
        server.Host = "127.0.0.1";
        server.Port = Proxy.Port;
        return server.ConnectionString;
    }
}

public sealed class KeyOutageTests(ProxiedKeysFixture service) : IClassFixture<ProxiedKeysFixture>
{
    private const string Sessions = "/api/v1/sessions";

    [Fact]
    public async Task A_dead_connection_is_not_noticed_and_a_key_that_cannot_be_checked_is_a_503_and_not_a_401()
    {
        var key = await service.KeyOfAsync("ann");
        service.Proxy.ResetAll();
        (await service.GetAsync(key, Sessions)).Is(200);

        await service.TakeDatabaseAwayAsync();

        var unknown = KeyText.Of(Guid.NewGuid(), KeyText.NewSecret());
        await Eventually.IsSoAsync(async () => (await service.GetAsync(unknown, Sessions)).Status == 503);
        await Eventually.IsSoAsync(async () =>
        {
            var answer = await service.GetAsync(key, $"{Sessions}/stats");
            return answer.Status == 503 && answer.Code() == "database_unavailable";
        });
        (await service.GetAsync("garbage", Sessions)).IsProblem(401, "invalid_api_key");
        (await service.GetAsync(key, "/health/live")).Is(200);
    }
}
