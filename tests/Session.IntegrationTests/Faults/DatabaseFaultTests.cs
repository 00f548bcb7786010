using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using SessionService.Infrastructure.Persistence;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Limits;

namespace SessionService.IntegrationTests.Faults;

/// <summary>A service on a PostgreSQL of its own.</summary>
public class OwnPostgresFixture : ApiFixture
{
    public const int SecondsToConnect = 3;

    internal OwnPostgres Postgres { get; } = new();

    protected override TimeSpan Patience => new PulseOptions().Patience;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    protected override async Task<string> PrepareDatabaseAsync()
    {
        await Postgres.CreateAsync();
        // Many connections are opened at once after each fault. A busy machine takes longer than a second for that.
        return new NpgsqlConnectionStringBuilder(Postgres.ConnectionString) { Timeout = SecondsToConnect }.ConnectionString;
    }
}

/// <summary>Whatever happens to the database: answers are right or 503, soon, and right again when it is back.</summary>
public sealed class DatabaseFaultTests(OwnPostgresFixture service) : IClassFixture<OwnPostgresFixture>, IAsyncLifetime
{
    // Two seconds are what clients are promised; the database may be slow on a busy machine.
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Allowed = 2 * Promised;

    // A request that waits for its transaction to begin is given up after three seconds. Npgsql then tries to cancel the statement, and waits
    // for a connection as long as a request does.
    private static readonly TimeSpan AllowedToBegin = TimeSpan.FromSeconds(3 + OwnPostgresFixture.SecondsToConnect) + Promised;

    private readonly ApiClient _user = service.AsNewUser();
    private string _session = "";
    private int _acknowledged;

    public async Task InitializeAsync()
    {
        // The test before this one may have failed half-way.
        await Eventually.IsSoAsync(async () => (await _user.GetAsync("/health/ready")).Status == 200);
        _session = await _user.StartSessionAsync();
        await WriteAsync();
        (await _user.PostAsync($"{_session}/memory", """{"content":"All."}""")).Is(201);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task While_it_is_stopped_every_request_is_a_503()
    {
        await service.Postgres.StopAsync();
        try
        {
            await AssertRefusedAsync();
        }
        finally
        {
            await service.Postgres.StartAsync();
        }

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task While_it_is_killed_every_request_is_a_503_and_nothing_acknowledged_is_lost()
    {
        service.Postgres.Kill();
        try
        {
            // The processes that it leaves behind go on until they see that they are alone.
            await Eventually.IsSoAsync(async () => (await _user.GetAsync("/health/ready")).Status == 503);
            await AssertRefusedAsync();
        }
        finally
        {
            await service.Postgres.StartAgainAsync();
        }

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task While_it_is_frozen_requests_on_their_way_are_given_up_and_further_ones_refused_at_once()
    {
        // Statements that are under way at the time.
        List<Task<Answer>> underWay;
        await using (var held = await LockedSession.OfAsync(service.ConnectionString, _session))
        {
            underWay =
            [
                _user.PutAsync(_session, """{"session_summary":"Frozen."}"""),
                _user.PostAsync($"{_session}/memory", """{"content":"Frozen."}"""),
            ];
            await held.WaitForWaitersAsync(underWay.Count);
            service.Postgres.Freeze();
            try
            {
                await AssertRefusedAsync(AllowedToBegin);
                Assert.All(await Task.WhenAll(underWay), AssertUnavailable);
                using var watch = StepWatch.Start();
                await AssertRefusedAsync();
                Assert.InRange(watch.Elapsed, TimeSpan.Zero, Promised);
            }
            finally
            {
                service.Postgres.Thaw();
            }
        }

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task A_write_that_was_on_its_way_when_it_froze_is_made_once_however_often_it_is_sent()
    {
        var message = """{"role":"user","content":"Hello"}""";
        for (var round = 0; round < 3; round++)
        {
            var key = $"frozen-{round}";
            var writes = Enumerable.Range(0, 20).Select(i => _user.PostAsync($"{_session}/messages", message, $"{key}-{i}")).ToList();
            service.Postgres.Freeze();
            var answers = await Task.WhenAll(writes);
            service.Postgres.Thaw();

            Assert.All(answers.Where(answer => answer.Status != 201), AssertUnavailable);
            await AssertRecoversAsync();
            var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => _user.PostAsync($"{_session}/messages", message, $"{key}-{i}")));
            Assert.All(again, answer => answer.Is(201));
            _acknowledged += again.Length;
        }

        await AssertNothingIsLostAsync();
    }

    [Fact]
    public async Task A_restart_fails_no_request_that_comes_after_it()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _user.GetAsync(_session)));

        await service.Postgres.StopAsync();
        await service.Postgres.StartAsync();

        await AssertRecoversAsync();
        Assert.All(await SendAllAsync(), answer => Assert.InRange(answer.Status, 200, 201));
    }

    [Fact]
    public async Task Connections_that_it_has_ended_fail_no_request()
    {
        for (var round = 0; round < 5; round++)
        {
            // As many connections as there may be.
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _user.GetAsync(_session)));

            await service.Postgres.EndConnectionsAsync();

            // The pulse lost its connection too, and a busy machine may take longer than its patience to open another.
            await Eventually.IsSoAsync(async () => (await _user.GetAsync("/health/ready")).Status == 200);
            Assert.All(await SendAllAsync(), answer => Assert.InRange(answer.Status, 200, 201));
        }
    }

    [Fact]
    public async Task While_it_has_no_connection_left_every_request_is_a_503()
    {
        await using (await service.Postgres.TakeAllConnectionsAsync())
        {
            await AssertRefusedAsync();
        }

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task While_it_is_read_only_every_request_is_a_503_but_reads_that_may_lag()
    {
        await service.Postgres.ExecuteAsync("ALTER SYSTEM SET default_transaction_read_only = on");
        await service.Postgres.ExecuteAsync("SELECT pg_reload_conf()");
        try
        {
            // The server tells its connections one after the other.
            await Eventually.IsSoAsync(async () => Array.TrueForAll(await Task.WhenAll(Writes()), answer => answer.Status == 503));

            // Nothing that is written can be made from now on, and reads stop when the service has seen why.
            Assert.All(await Task.WhenAll(Writes()), AssertUnavailable);
            await Eventually.IsSoAsync(async () => (await _user.GetAsync(_session)).Status == 503);
            await AssertRefusedAsync();
            Assert.All(
                await Task.WhenAll(Reads().Select(path => _user.GetAsync($"{path}{(path.Contains('?') ? '&' : '?')}consistency=eventual"))),
                answer => answer.Is(200));
        }
        finally
        {
            await service.Postgres.ExecuteAsync("ALTER SYSTEM RESET default_transaction_read_only");
            await service.Postgres.ExecuteAsync("SELECT pg_reload_conf()");
        }

        await AssertRecoversAsync();
    }

    [Fact]
    public async Task While_it_is_slow_answers_are_late_or_a_503_and_never_wrong()
    {
        using var enough = new CancellationTokenSource();
        var all = new ConcurrentQueue<Answer>();
        var sending = SendUntilAsync(all, enough.Token);
        var time = Stopwatch.StartNew();
        // Until something was answered, too: on a busy machine that may take longer.
        while (time.Elapsed < TimeSpan.FromSeconds(3) || (!all.Any(IsDone) && time.Elapsed < TimeSpan.FromMinutes(1)))
        {
            // Four fifths of the time it stands still.
            service.Postgres.Freeze();
            await Task.Delay(TimeSpan.FromMilliseconds(400));
            service.Postgres.Thaw();
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        await enough.CancelAsync();
        await sending;
        Assert.Contains(all, answer => IsDone(answer));
        Assert.All(all.Where(answer => !IsDone(answer)), AssertUnavailable);
        await AssertRecoversAsync();

        static bool IsDone(Answer answer) => answer.Status is 200 or 201;
    }

    [Fact]
    public async Task A_long_statement_on_a_database_that_answers_is_left_to_it()
    {
        Task<Answer> waiting;
        await using (var held = await LockedSession.OfAsync(service.ConnectionString, _session))
        {
            waiting = _user.PutAsync(_session, """{"session_summary":"Late."}""");
            await held.WaitForWaitersAsync(1);
            // Much longer than the smallest of questions may take.
            await service.Postgres.ExecuteAsync("SELECT pg_sleep(3)");
            (await _user.GetAsync("/health/ready")).Is(200);
        }

        Assert.Equal("Late.", (await waiting).Is(200).Text("session_summary"));
    }

    private IReadOnlyList<string> Reads() =>
    [
        _session, $"{_session}/summary", "/api/v1/sessions", $"/api/v1/users/{_user.UserId}/sessions", "/api/v1/sessions/stats",
        $"{_session}/messages", $"{_session}/messages?role=user", $"{_session}/messages?after=0", $"{_session}/memory",
    ];

    private IReadOnlyList<Task<Answer>> Writes() =>
    [
        _user.PutAsync(_session, """{"metadata":{"a":1}}"""),
        _user.PostAsync("/api/v1/sessions", "{}"),
        _user.PostAsync($"{_session}/memory", """{"content":"All."}"""),
        WriteAsync(),
        WriteAsync(batch: true),
    ];

    private Task<Answer[]> SendAllAsync() => Task.WhenAll([.. Reads().Select(_user.GetAsync), .. Writes()]);

    private async Task SendUntilAsync(ConcurrentQueue<Answer> answers, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            foreach (var answer in await SendAllAsync())
            {
                answers.Enqueue(answer);
            }
        }
    }

    private async Task<Answer> WriteAsync(bool batch = false)
    {
        const string Message = """{"role":"user","content":"Hello"}""";
        var answer = batch
            ? await _user.PostAsync($"{_session}/messages/batch", $$"""{"messages":[{{Message}},{{Message}}]}""")
            : await _user.PostAsync($"{_session}/messages", Message);
        if (answer.Status == 201)
        {
            Interlocked.Add(ref _acknowledged, batch ? 2 : 1);
        }

        return answer;
    }

    private async Task AssertRefusedAsync(TimeSpan? allowed = null)
    {
        using var watch = StepWatch.Start();
        List<Task<Answer>> sent = [.. Reads().Select(_user.GetAsync), .. Writes()];
        var waits = await Task.WhenAll(sent.Select(async answer =>
        {
            await answer;
            return watch.Elapsed;
        }));
        var answers = await Task.WhenAll(sent);
        var health = await Task.WhenAll(_user.GetAsync("/health"), _user.GetAsync("/health/ready"), _user.GetAsync("/health/detailed"));

        Assert.All(answers, AssertUnavailable);
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, allowed ?? Allowed));
        Assert.All(health, answer => Assert.Equal("unhealthy", answer.Is(503).Text("status")));
        Assert.NotEmpty(health[1].Headers["Retry-After"]);
        (await _user.GetAsync("/health/live")).Is(200);
    }

    private static void AssertUnavailable(Answer answer)
    {
        var code = JsonDocument.Parse(answer.Text).RootElement.TryGetProperty("code", out var value) ? value.GetString() : answer.Text;
        Assert.Contains(code, new[] { "database_unavailable", "outcome_unknown" });
        answer.IsProblem(503, code!);
        Assert.True(int.Parse(answer.Headers["Retry-After"]) > 0);
    }

    private async Task AssertRecoversAsync()
    {
        using var watch = StepWatch.Start();
        await Eventually.IsSoAsync(async () => (await _user.GetAsync("/health/ready")).Status == 200 && (await _user.GetAsync(_session)).Status == 200);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Allowed);
        Assert.All(await SendAllAsync(), answer => Assert.InRange(answer.Status, 200, 201));
        await AssertNothingIsLostAsync();
    }

    /// <summary>What was acknowledged is there; beyond that at most what nobody could know of.</summary>
    private async Task AssertNothingIsLostAsync()
    {
        var read = (await _user.GetAsync(_session)).Is(200);
        var messages = (await _user.GetAsync($"{_session}/messages?after=0&limit=1000")).Is(200).Items("messages");
        Assert.InRange(read.Number("message_count"), _acknowledged, long.MaxValue);
        Assert.Equal(Enumerable.Range(1, messages.Count).Select(n => (long)n), messages.Select(message => message.Number("sequence")));
        Assert.Equal(read.Number("message_count"), messages.Count);
    }
}
