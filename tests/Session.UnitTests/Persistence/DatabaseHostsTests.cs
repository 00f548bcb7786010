using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using SessionService.Infrastructure.EmbeddedPostgres;
using SessionService.Infrastructure.Persistence;

namespace SessionService.UnitTests.Persistence;

public sealed class DatabaseHostsTests
{
    private static readonly ShardMap TwoNodes = new([(int.MinValue, 1), (0, 2)]);

    // Their hashes are above and below zero.
    private const string UserOfNode1 = "user-1";
    private const string UserOfNode2 = "a";

    [Fact]
    public void The_hosts_of_a_plain_database_are_one_server_and_its_standbys()
    {
        using var hosts = Hosts("Host=a,b", isSharded: false);

        Assert.Equal("a,b", new NpgsqlConnectionStringBuilder(Assert.Single(hosts.All).ConnectionString).Host);
    }

    [Fact]
    public void Each_host_of_a_sharded_database_is_one_of_equals()
    {
        using var hosts = Hosts("Host=a:5433, b;Load Balance Hosts=true;Database=sessions", isSharded: true);

        Assert.Equal(["a:5433", "b"], hosts.All.Select(host => new NpgsqlConnectionStringBuilder(host.ConnectionString).Host));
        Assert.All(hosts.All, host => Assert.Equal("sessions", new NpgsqlConnectionStringBuilder(host.ConnectionString).Database));
        Assert.All(hosts.All, host => Assert.Same(host.Primary, host.Standby));
    }

    [Fact]
    public void Work_for_nobody_goes_to_the_hosts_in_turn()
    {
        using var hosts = Hosts("Host=a,b", isSharded: true);

        Assert.Equal(2, Enumerable.Range(0, 2).Select(_ => hosts.Current.Index).Distinct().Count());
    }

    [Fact]
    public void A_request_goes_to_the_node_of_its_user_once_that_is_known()
    {
        using var hosts = Hosts("Host=a,b", isSharded: true);
        hosts.Choose(UserOfNode2);
        hosts.Learn(hosts.All[0], 2, TwoNodes);
        hosts.Learn(hosts.All[1], 1, TwoNodes);

        Assert.Equal(0, hosts.Current.Index);
        hosts.Choose(UserOfNode1);
        Assert.Equal(1, hosts.Current.Index);
        Assert.Equal(1, hosts.OfNode(hosts.NodeOf(UserOfNode1)).Index);
    }

    [Fact]
    public void A_request_of_no_user_keeps_its_host()
    {
        using var hosts = Hosts("Host=a,b", isSharded: true);
        hosts.Choose(userId: null);

        Assert.Single(Enumerable.Range(0, 4).Select(_ => hosts.Current.Index).Distinct());
    }

    [Fact]
    public async Task A_lost_host_is_passed_over_except_for_the_users_of_its_node()
    {
        using var hosts = Hosts("Host=a,b", isSharded: true);
        hosts.Learn(hosts.All[0], 1, TwoNodes);
        hosts.Learn(hosts.All[1], 2, TwoNodes);
        await LoseAsync(hosts.All[0].Primary);

        Assert.All(Enumerable.Range(0, 4), _ => Assert.Equal(1, hosts.Current.Index));
        Assert.Equal(0, hosts.OfNode(hosts.NodeOf(UserOfNode1)).Index);
        Assert.Equal(1, hosts.OfNode(hosts.NodeOf(UserOfNode2)).Index);
    }

    [Fact]
    public async Task A_standby_that_took_over_is_the_node()
    {
        using var hosts = Hosts("Host=a,standby-of-a", isSharded: true);
        hosts.Learn(hosts.All[0], 1, TwoNodes);
        hosts.Learn(hosts.All[1], 1, TwoNodes);
        await LoseAsync(hosts.All[0].Primary);

        Assert.Equal(1, hosts.OfNode(1).Index);
    }

    [Fact]
    public async Task A_node_behind_the_only_host_is_lost_for_its_users_alone()
    {
        using var hosts = Hosts("Host=a", isSharded: true);
        hosts.Learn(hosts.All[0], 1, TwoNodes);
        var pulse = hosts.AddPulseOf(Assert.Single(hosts.NodesWithoutPulse()), (_, _, _) => Task.FromResult(false));
        await LoseAsync(pulse);

        hosts.Choose(UserOfNode1);
        Assert.False(hosts.Current.Primary.IsLost);
        hosts.Choose(UserOfNode2);
        Assert.True(hosts.Current.Primary.IsLost);
        Assert.Equal(0, hosts.Current.Index);
        Assert.Empty(hosts.NodesWithoutPulse());
    }

    [Fact]
    public void A_plain_database_has_one_host_for_all_users()
    {
        using var hosts = Hosts("Host=a", isSharded: false);
        hosts.Choose(UserOfNode1);

        Assert.False(hosts.DifferByUser);
        Assert.Same(hosts.All[0], hosts.Current);
        Assert.Empty(hosts.NodesWithoutPulse());
    }

    private static async Task LoseAsync(DatabasePulse pulse)
    {
        using var watch = pulse.Watch();
        var lost = new TaskCompletionSource();
        await using var registration = watch.Token.Register(lost.SetResult);
        using var stop = new CancellationTokenSource();
        // Nobody listens there.
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=anyone;Pooling=false");
        var running = pulse.RunAsync(nowhere, stop.Token);
        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private static DatabaseHosts Hosts(string connectionString, bool isSharded)
    {
        var server = new DatabaseServer(
            new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:SessionDb", connectionString)]).Build(),
            Options.Create(new EmbeddedPostgresOptions()),
            Options.Create(new ShardingOptions { Sharded = isSharded }),
            NullLogger<EmbeddedPostgresServer>.Instance);
        return new DatabaseHosts(server, Options.Create(new PulseOptions()), NullLogger<DatabasePulse>.Instance);
    }
}
