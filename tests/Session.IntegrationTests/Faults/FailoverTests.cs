using System.Collections.Concurrent;
using Npgsql;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A service on two servers, of which one follows the other and has every commit before it is acknowledged.</summary>
public sealed class ReplicatedFixture : ApiFixture
{
    internal OwnPostgres Primary { get; } = new();

    internal StandbyPostgres Standby { get; private set; } = null!;

    // A killed server refuses connections at once, whatever the patience. On a busy machine a server that is only slow must not count as lost.
    protected override TimeSpan Patience => TimeSpan.FromSeconds(3);

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Standby.DisposeAsync();
        await Primary.DisposeAsync();
    }

    protected override async Task<string> PrepareDatabaseAsync()
    {
        await Primary.CreateAsync();
        Standby = await StandbyPostgres.FollowAsync(Primary.AdministrationString);
        await Primary.ExecuteAsync("ALTER SYSTEM SET synchronous_standby_names = '*'");
        await Primary.ExecuteAsync("SELECT pg_reload_conf()");
        var primary = new NpgsqlConnectionStringBuilder(Primary.ConnectionString);
        return new NpgsqlConnectionStringBuilder(Primary.ConnectionString)
        {
            Host = $"{primary.Host}:{primary.Port},{primary.Host}:{Standby.Port}",
            // A commit without a standby waits for so long.
            CommandTimeout = 4,
            Timeout = OwnPostgresFixture.SecondsToConnect,
        }.ConnectionString;
    }
}

// One test, as a failover is not undone: each part goes on where the one before it ended.
public sealed class FailoverTests(ReplicatedFixture service) : IClassFixture<ReplicatedFixture>
{
    private const int Clients = 12;
    private const int MessagesEach = 40;
    private const string Message = """{"role":"user","content":"Hello"}""";

    private static readonly TimeSpan Allowed = TimeSpan.FromSeconds(4);

    private readonly ApiClient _user = service.AsNewUser();

    [Fact]
    public async Task Reads_that_may_lag_go_to_the_standby_and_a_failover_loses_nothing_that_was_acknowledged()
    {
        var session = await _user.StartSessionAsync();
        await AssertReadsMayLagAsync(session);
        await AssertWhatTheStandbyLacksIsNotAcknowledgedAsync();
        var acknowledged = await FailOverUnderLoadAsync(session);
        await AssertIsThereOnceAsync(session, acknowledged);
        await AssertTheOldPrimaryIsLeftAloneAsync(session, acknowledged.Count);
        await AssertTheOldPrimaryIsOfUseAsStandbyAsync(session);
    }

    private async Task AssertReadsMayLagAsync(string session)
    {
        await Eventually.IsSoAsync(async () => (await _user.GetAsync($"{session}?consistency=eventual")).Status == 200);
        await service.Standby.ExecuteAsync("SELECT pg_wal_replay_pause()");
        (await _user.PutAsync(session, """{"session_summary":"News."}""")).Is(200);

        Assert.Equal("News.", (await _user.GetAsync(session)).Is(200).Text("session_summary"));
        Assert.Equal("News.", (await _user.GetAsync($"{session}?consistency=strong")).Is(200).Text("session_summary"));
        Assert.Equal("", (await _user.GetAsync($"{session}?consistency=eventual")).Is(200).Text("session_summary"));
        Assert.Equal("", (await _user.GetAsync("/api/v1/sessions?consistency=eventual")).Is(200).Items("sessions")[0].Text("session_summary"));

        // All others too: a message is missing there, and the memory.
        (await _user.PostAsync($"{session}/messages", Message)).Is(201);
        (await _user.PostAsync($"{session}/memory", """{"content":"All."}""")).Is(201);
        Assert.Equal(1, (await _user.GetAsync($"{session}/messages")).Is(200).Number("total"));
        Assert.Equal(0, (await _user.GetAsync($"{session}/messages?consistency=eventual")).Is(200).Number("total"));
        Assert.Equal(0, (await _user.GetAsync($"{session}/summary?consistency=eventual")).Is(200).Number("message_count"));
        Assert.Equal(0, (await _user.GetAsync("/api/v1/sessions/stats?consistency=eventual")).Is(200).Number("total_messages"));
        (await _user.GetAsync($"{session}/memory?consistency=eventual")).IsProblem(404, "memory_not_found");
        (await _user.GetAsync($"{session}/memory")).Is(200);

        await service.Standby.ExecuteAsync("SELECT pg_wal_replay_resume()");
        await Eventually.IsSoAsync(async () =>
            await _user.GetAsync($"{session}?consistency=eventual") is { Status: 200 } read && read.Is(200).Number("message_count") == 1);
    }

    private async Task AssertWhatTheStandbyLacksIsNotAcknowledgedAsync()
    {
        var (session, changed, remembered) = (await _user.StartSessionAsync(), await _user.StartSessionAsync(), await _user.StartSessionAsync());
        service.Standby.Freeze();
        try
        {
            var writes = await Task.WhenAll(
                _user.PostAsync($"{session}/messages", Message, "alone"),
                _user.PutAsync(changed, """{"session_summary":"Alone."}"""),
                _user.PostAsync($"{remembered}/memory", """{"content":"Alone."}"""));
            Assert.All(writes, answer => answer.IsProblem(503, "outcome_unknown"));

            // The primary reads for itself, and before long for those who would be content with the standby.
            (await _user.GetAsync(session)).Is(200);
            await Eventually.IsSoAsync(async () => (await _user.GetAsync($"{session}?consistency=eventual")).Status == 200);
        }
        finally
        {
            service.Standby.Thaw();
        }

        Assert.Equal(1, await AppendAsync(session, "alone", () => { }));
        await Eventually.IsSoAsync(async () =>
            await _user.GetAsync($"{session}?consistency=eventual") is { Status: 200 } read && read.Is(200).Number("message_count") == 1);
    }

    /// <summary>The keys of all writes with the numbers that were answered.</summary>
    private async Task<IReadOnlyDictionary<string, long>> FailOverUnderLoadAsync(string session)
    {
        var acknowledged = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        var refused = 0;
        var writing = Task.WhenAll(Enumerable.Range(0, Clients).Select(async client =>
        {
            for (var i = 0; i < MessagesEach; i++)
            {
                var key = $"{client}-{i}";
                acknowledged[key] = await AppendAsync(session, key, () => Interlocked.Increment(ref refused));
            }
        }));
        await Eventually.IsSoAsync(() => Task.FromResult(acknowledged.Count >= Clients * MessagesEach / 4));

        service.Primary.Kill();
        // Without a primary: nothing is written or read for certain, but what the standby has can be read.
        await Eventually.IsSoAsync(async () => (await _user.GetAsync(session)).Status == 503);
        (await _user.GetAsync("/health/ready")).Is(503);
        await Eventually.IsSoAsync(async () => (await _user.GetAsync($"{session}?consistency=eventual")).Status == 200);
        (await _user.GetAsync(session)).IsProblem(503, "database_unavailable");
        await service.Standby.PromoteAsync();

        using var watch = StepWatch.Start();
        await Eventually.IsSoAsync(async () => (await _user.GetAsync(session)).Status == 200);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Allowed);
        await writing;
        Assert.True(refused > 0, "Nobody noticed.");
        return acknowledged;
    }

    private async Task AssertIsThereOnceAsync(string session, IReadOnlyDictionary<string, long> acknowledged)
    {
        // The first was written before, and one to another session.
        Assert.Equal(Enumerable.Range(2, Clients * MessagesEach).Select(n => (long)n), acknowledged.Values.Order());
        Assert.Equal(acknowledged.Count + 1, (await _user.GetAsync(session)).Is(200).Number("message_count"));
        Assert.Equal(acknowledged.Count + 2, (await _user.GetAsync("/api/v1/sessions/stats")).Is(200).Number("total_messages"));
        foreach (var (key, sequence) in acknowledged)
        {
            Assert.Equal(sequence, (await _user.PostAsync($"{session}/messages", Message, key)).Is(201).Number("sequence"));
        }
    }

    /// <summary>It is first in the list of hosts, and comes back as somebody who fenced it off would have it.</summary>
    private async Task AssertTheOldPrimaryIsLeftAloneAsync(string session, int written)
    {
        await service.Primary.StartAgainAsync();
        await service.Primary.ExecuteAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await service.Primary.ExecuteAsync("SELECT pg_reload_conf()");
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(written + 2 + i, await AppendAsync(session, $"after-{i}", () => { }));
            await Eventually.IsSoAsync(async () => (await _user.GetAsync(session)) is { Status: 200 } read && read.Is(200).Number("message_count") == written + 2 + i);
        }
    }

    private async Task AssertTheOldPrimaryIsOfUseAsStandbyAsync(string session)
    {
        var port = new NpgsqlConnectionStringBuilder(service.Primary.ConnectionString).Port;
        await service.Primary.StopAsync();
        await using var standby = await StandbyPostgres.FollowAsync(service.Standby.AdministrationString, port);
        await standby.ExecuteAsync("SELECT pg_wal_replay_pause()");

        await Eventually.IsSoAsync(async () =>
        {
            // Until the pulses have found the standby, requests are refused.
            return (await _user.PutAsync(session, """{"session_summary":"Newer."}""")).Status == 200
                && await _user.GetAsync($"{session}?consistency=eventual") is { Status: 200 } read
                && read.Is(200).Text("session_summary") != "Newer.";
        });
        Assert.Equal("Newer.", (await _user.GetAsync(session)).Is(200).Text("session_summary"));
    }

    /// <summary>As a client does that means it: again with the same key until there is an answer.</summary>
    private async Task<long> AppendAsync(string session, string key, Action onTrouble)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            patience.Token.ThrowIfCancellationRequested();
            var answer = await _user.PostAsync($"{session}/messages", Message, key);
            if (answer.Status != 503)
            {
                return answer.Is(201).Number("sequence");
            }

            onTrouble();
        }
    }
}
