using Microsoft.Extensions.Time.Testing;
using SessionService.Infrastructure.Webhooks;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>Retries, dead letters, and webhooks that are switched off.</summary>
public sealed class RetryTests(WebhooksFixture service) : IClassFixture<WebhooksFixture>, IDisposable
{
    // Of a delivery that is under way.
    private static readonly TimeSpan Lease = WebhooksFixture.Timeout + TimeSpan.FromSeconds(30);

    public void Dispose() => service.Clock.Set(TimeProvider.System);

    [Fact]
    public async Task What_fails_is_tried_for_two_days_and_then_the_webhook_is_off_and_its_dead_letters_can_be_replayed()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        service.Clock.Set(clock);
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswersWith(503);
        var user = service.AsNewUser();
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        var start = clock.GetUtcNow();
        var session = await user.StartSessionAsync();
        (await user.PostAsync($"{session}/messages", """{"role":"user","content":"Hello"}""")).Is(201);

        for (var attempts = 1; attempts < RetrySchedule.MaxAttempts; attempts++)
        {
            await receiver.HasAsync(attempts);
            await Eventually.IsSoAsync(async () => IsOver(await DeliveryAsync(user, webhook), attempts));
            Assert.Equal(attempts, receiver.All.Count);
            clock.SetUtcNow((await DeliveryAsync(user, webhook)).Time("next_attempt_at"));
        }

        await Eventually.IsSoAsync(async () => !(await user.GetAsync(webhook)).Is(200).GetProperty("enabled").GetBoolean());
        Assert.InRange((clock.GetUtcNow() - start).TotalHours, 48, 58);
        Assert.Equal("failing", (await user.GetAsync(webhook)).Is(200).Text("disabled_reason"));
        Assert.Equal(RetrySchedule.MaxAttempts, receiver.All.Count);
        Assert.Single(receiver.All.Select(one => one.Id).Distinct(StringComparer.Ordinal));
        var dead = (await user.GetAsync($"{webhook}/deliveries?status=dead")).Is(200);
        Assert.Equal(["disabled", "status"], dead.Items("deliveries").Select(one => one.Text("last_error")).Order(StringComparer.Ordinal));

        await user.StartSessionAsync();
        var letter = dead.Items("deliveries").Single(one => one.Text("type") == "session.created").Text("delivery_id");
        (await user.PostAsync($"{webhook}/deliveries/{letter}/replay", "{}")).IsProblem(409, "webhook_disabled");
        (await user.SendAsync(HttpMethod.Patch, webhook, """{"enabled":true}""")).Is(200);
        receiver.AnswersWith(200);
        // It may be delivered before the answer is written.
        var replayed = (await user.PostAsync($"{webhook}/deliveries/{letter}/replay", "{}")).Is(200);
        Assert.True(replayed.Text("status") is "pending" or "delivered");
        await receiver.HasAsync(RetrySchedule.MaxAttempts + 1);

        Assert.Equal(receiver.All[0].Id, receiver.All[^1].Id);
        await Eventually.IsSoAsync(async () => (await user.GetAsync($"{webhook}/deliveries?status=delivered")).Is(200).Number("total") == 1);
        Assert.Equal(2, (await user.GetAsync($"{webhook}/deliveries")).Is(200).Number("total"));
    }

    [Fact]
    public async Task A_receiver_that_is_gone_is_left_alone_at_once()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswersWith(410);
        var user = service.AsNewUser();
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        await user.StartSessionAsync();

        await Eventually.IsSoAsync(async () => !(await user.GetAsync(webhook)).Is(200).GetProperty("enabled").GetBoolean());
        Assert.Equal("gone", (await user.GetAsync(webhook)).Is(200).Text("disabled_reason"));
        Assert.Single(receiver.All);
    }

    [Fact]
    public void The_pauses_grow_and_have_jitter()
    {
        var pauses = Enumerable.Range(1, RetrySchedule.MaxAttempts - 1).Select(attempts => RetrySchedule.After(attempts)!.Value).ToList();

        Assert.Equal(pauses.Order(), pauses);
        Assert.InRange(pauses.Sum(pause => pause.TotalHours), 48, 58);
        Assert.Null(RetrySchedule.After(RetrySchedule.MaxAttempts));
        Assert.True(Enumerable.Range(0, 50).Select(_ => RetrySchedule.After(6)).Distinct().Count() > 10);
    }

    [Fact]
    public async Task The_log_is_kept_for_its_time()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        service.Clock.Set(clock);
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        await user.StartSessionAsync();
        await Eventually.IsSoAsync(async () => (await user.GetAsync($"{webhook}/deliveries?status=delivered")).Is(200).Number("total") == 1);
        await using var database = new TestDatabase(service.ConnectionString);

        var log = new DeliveryLog(new Infrastructure.Persistence.Database(database.DataSource));
        await log.RemoveAsync(clock.GetUtcNow() - TimeSpan.FromDays(1), CancellationToken.None);
        Assert.Equal(1, (await user.GetAsync($"{webhook}/deliveries")).Is(200).Number("total"));
        await log.RemoveAsync(clock.GetUtcNow() + TimeSpan.FromDays(1), CancellationToken.None);

        Assert.Equal(0, (await user.GetAsync($"{webhook}/deliveries")).Is(200).Number("total"));
    }

    [Fact]
    public async Task Many_events_behind_one_that_fails_hold_up_no_other_session_and_come_in_their_order()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var failing = (await user.StartSessionAsync()).Split('/')[^1];
        var fails = true;
        receiver.Answer = (one, http) =>
        {
            http.Response.StatusCode = fails && one.SessionId == failing ? 500 : 200;
            return Task.CompletedTask;
        };
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        await AddAsync(database, user.UserId!, failing, webhook, count: 4_500, dueIn: "-1 hour");
        await receiver.HasAsync(1);

        var other = await user.StartSessionAsync();
        await Eventually.IsSoAsync(() => Task.FromResult(receiver.Of(other).Count == 1));
        Assert.All(receiver.Of(failing), one => Assert.Equal(1, one.Data.Number("sequence")));
        await Eventually.IsSoAsync(async () => (await database.QueryAsync(
            $"SELECT 'x' FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}' AND attempts = 0 AND next_attempt_at > now()")).Length >= 2_000);

        fails = false;
        service.Clock.Set(new LaterClock());
        await Eventually.IsSoAsync(() => Task.FromResult(receiver.Of(failing).Any(one => one.Data.Number("sequence") >= 250)));
        var told = receiver.Of(failing).Select(one => one.Data.Number("sequence")).Distinct().ToList();
        Assert.Equal(Enumerable.Range(1, told.Count).Select(n => (long)n), told);
        (await user.DeleteAsync(webhook)).Is(200);
    }

    [Fact]
    public async Task A_webhook_with_a_long_queue_is_switched_off_and_the_rest_of_the_queue_is_given_up_later()
    {
        await using var database = new TestDatabase(service.ConnectionString);
        await using var receiver = await Receiver.StartAsync();
        var user = service.AsNewUser();
        var session = (await user.StartSessionAsync()).Split('/')[^1];
        var (webhook, _) = await WebhooksFixture.MakeAsync(user, receiver);
        await AddAsync(database, user.UserId!, session, webhook, count: 5_500, dueIn: "1 hour");
        (await user.SendAsync(HttpMethod.Patch, webhook, """{"enabled":false}""")).Is(200);
        Assert.Equal(5_000, (await user.GetAsync($"{webhook}/deliveries?status=dead")).Is(200).Number("total"));

        await new DeliveryLog(new Infrastructure.Persistence.Database(database.DataSource)).SweepAsync(
            DateTimeOffset.UtcNow - TimeSpan.FromMinutes(2), CancellationToken.None);

        Assert.Equal(5_500, (await user.GetAsync($"{webhook}/deliveries?status=dead")).Is(200).Number("total"));
        Assert.Empty(receiver.All);
    }

    private static Task AddAsync(TestDatabase database, string user, string session, string webhook, int count, string dueIn) =>
        database.ExecuteAsync(
            $$"""
            INSERT INTO dev.webhook_deliveries
                (user_id, session_id, webhook_id, event_id, position, type, data, created_at, next_attempt_at, status, attempts)
            SELECT '{{user}}', '{{session}}', '{{webhook.Split('/')[^1]}}', gen_random_uuid(), n, 'message.created',
                   jsonb_build_object('sequence', n), now(), now() + interval '{{dueIn}}' + n * interval '1 microsecond', 'pending', 0
            FROM generate_series(1, {{count}}) AS n
            """);

    /// <summary>Whether an attempt has failed. During the attempt the delivery has a lease.</summary>
    private static bool IsOver(System.Text.Json.JsonElement delivery, int attempts) =>
        delivery.Number("attempts") == attempts && delivery.Raw("last_error") == "\"status\""
        && delivery.Time("next_attempt_at") - delivery.Time("last_attempt_at") is var pause
        && pause >= TimeSpan.FromSeconds(5) && pause != Lease;

    private static async Task<System.Text.Json.JsonElement> DeliveryAsync(ApiClient user, string webhook) =>
        (await user.GetAsync($"{webhook}/deliveries")).Is(200).Items("deliveries").Single(one => one.Text("type") == "session.created");

    /// <summary>Past the pause after any of the first attempts, and not yet when events that were put off are due.</summary>
    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromMinutes(30);
    }
}
