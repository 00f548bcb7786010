using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using SessionService.Infrastructure.Announcements;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Faults;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Live;
using SessionService.IntegrationTests.Writes;

namespace SessionService.IntegrationTests.Sharding;

/// <summary>A service at the two workers of a sharded database, through proxies that a test can silence; nothing where no cluster is named.</summary>
public sealed class WorkersFixture : ApiFixture
{
    private readonly List<DatabaseProxy> _proxies = [];

    // Nobody listens there: a worker that is down when the service starts.
    private const string DeadHost = "127.0.0.1:1";

    /// <summary>The hosts of the workers.</summary>
    public IReadOnlyList<string> Workers => [.. _proxies.Select(proxy => $"127.0.0.1:{proxy.Port}")];

    /// <summary>The coordinator, which the service does not know.</summary>
    public string Coordinator { get; private set; } = "";

    protected override TimeSpan Patience => TimeSpan.FromSeconds(5);

    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [new("Database:Sharded", "true"), new("Live:LookUpEvery", "00:01:00")];

    public override Task InitializeAsync() => CitusCluster.ConnectionString is null ? Task.CompletedTask : base.InitializeAsync();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        foreach (var proxy in _proxies)
        {
            await proxy.DisposeAsync();
        }
    }

    /// <summary>The connection string for some hosts.</summary>
    public string At(params IEnumerable<string> hosts) =>
        new NpgsqlConnectionStringBuilder(Coordinator) { Host = string.Join(',', hosts), LoadBalanceHosts = true }.ConnectionString;

    /// <summary>A user of each worker, in their order.</summary>
    public async Task<IReadOnlyList<ApiClient>> UsersAsync()
    {
        var hosts = Services.GetRequiredService<DatabaseHosts>();
        await Eventually.IsSoAsync(() => Task.FromResult(hosts.All.Count(host => host.Node != DatabaseHosts.NoNode) == _proxies.Count));
        return
        [
            .. hosts.All.Where(host => host.Node != DatabaseHosts.NoNode).Select(host =>
            {
                while (true)
                {
                    var user = AsNewUser();
                    if (hosts.NodeOf(user.UserId) == host.Node)
                    {
                        return user;
                    }
                }
            }),
        ];
    }

    internal DatabaseProxy ProxyOf(int worker) => _proxies[worker];

    protected override async Task<string> PrepareDatabaseAsync()
    {
        Coordinator = await CitusCluster.CreateDistributedAsync();
        foreach (var node in (await CitusCluster.NodesAsync()).Skip(1))
        {
            var worker = new NpgsqlConnectionStringBuilder(node);
            _proxies.Add(new DatabaseProxy(worker.Host!, worker.Port));
        }

        return At([Workers[0], DeadHost, .. Workers.Skip(1)]);
    }
}

public sealed class WorkerHostsTests(WorkersFixture service) : IClassFixture<WorkersFixture>
{
    [CitusFact]
    public async Task A_request_goes_to_the_worker_of_its_user()
    {
        var hosts = service.Services.GetRequiredService<DatabaseHosts>();
        foreach (var user in await service.UsersAsync())
        {
            hosts.Choose(user.UserId);
            await using var worker = service.Services.GetRequiredService<HostPools>().Current.Primary.CreateCommand(
                "SELECT groupid FROM pg_dist_local_group");
            await using var coordinator = new TestDatabase(service.Coordinator);

            var node = await coordinator.QueryAsync(
                $"""
                SELECT p.groupid FROM pg_dist_placement AS p
                WHERE p.shardid = get_shard_id_for_distribution_column('dev.sessions', '{user.UserId}')
                """);

            Assert.Equal(node.Single(), $"{await worker.ExecuteScalarAsync()}");
        }
    }

    [CitusFact]
    public async Task A_silent_worker_holds_up_nobody_but_its_users()
    {
        const int Writes = 40;
        var users = await service.UsersAsync();
        var (held, others) = (users[0], users[1]);
        var (heldSession, otherSession) = (await held.StartSessionAsync(), await others.StartSessionAsync());
        await held.WriteMessageAsync(heldSession);
        service.ProxyOf(0).Silence();
        try
        {
            var waiting = Enumerable.Range(0, Writes).Select(_ => held.PostAsync($"{heldSession}/messages", Message)).ToList();
            var reading = Enumerable.Range(0, Writes).Select(_ => held.GetAsync(heldSession)).ToList();
            for (var i = 0; i < Writes; i++)
            {
                (await others.PostAsync($"{otherSession}/messages", Message)).Is(201);
                (await others.GetAsync(otherSession)).Is(200);
            }

            Assert.All(await Task.WhenAll(waiting), answer => Assert.Equal(503, answer.Status));
            Assert.All(await Task.WhenAll(reading), answer => answer.IsProblem(503, "database_unavailable"));
            (await held.GetAsync(heldSession)).IsProblem(503, "database_unavailable");
            (await service.AsNobody().GetAsync("/health/ready")).Is(200);
        }
        finally
        {
            service.ProxyOf(0).Restore();
        }

        await Eventually.IsSoAsync(async () => (await held.PostAsync($"{heldSession}/messages", Message)).Status == 201);
        var page = (await others.GetAsync($"{otherSession}/messages")).Is(200);
        Assert.Equal(Writes, page.GetProperty("total").GetInt32());
    }

    [CitusFact]
    public async Task A_stream_tells_what_an_instance_writes_that_names_the_workers_in_another_order()
    {
        var other = new InstanceFixture(
            service.At(service.Workers.Reverse()), new("Database:Sharded", "true"), new("Live:LookUpEvery", "00:01:00"));
        await other.InitializeAsync();
        try
        {
            foreach (var user in await service.UsersAsync())
            {
                var session = await user.StartSessionAsync();
                using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
                await stream.NextAsync();
                // The look-up finds nothing for a minute. The audience is asked for as seldom.
                other.Services.GetRequiredService<SessionAnnouncer>().IsHeard = true;
                await Eventually.IsSoAsync(() => ListensEverywhereAsync(service));

                await other.As(user.UserId).WriteMessageAsync(session);

                Assert.Equal(1, (await stream.NextAsync())!.Sequence);
            }
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    private const string Message = """{"role":"user","content":"Hello"}""";

    private static async Task<bool> ListensEverywhereAsync(WorkersFixture service)
    {
        foreach (var worker in service.Workers)
        {
            await using var database = new TestDatabase(service.At(worker));
            var listening = await database.QueryAsync(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted");
            if (listening.Single() == "0")
            {
                return false;
            }
        }

        return true;
    }
}
