using Microsoft.Extensions.DependencyInjection;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Webhooks;
using SessionService.IntegrationTests.Databases;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>What a stream of NATS gets.</summary>
public sealed class NatsTests(NatsTests.Fixture service) : IClassFixture<NatsTests.Fixture>
{
    private const string Message = """{"role":"user","content":"s3cret words"}""";

    [NatsFact]
    public async Task Events_arrive_in_order_with_their_ids_and_without_content()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync("""{"title":"s3cret"}""");
        await AppendAsync(user, session, 3);

        var events = await HasAsync(session, 4);

        Assert.Equal(
            ["session-service.session.created", .. Enumerable.Repeat("session-service.message.created", 3)],
            events.Select(one => one.Subject));
        Assert.Equal([1L, 2, 3], events.Skip(1).Select(one => one.Sequence));
        Assert.Equal(4, events.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(events, one =>
        {
            Assert.Equal(one.Id, one.MessageId);
            Assert.DoesNotContain("s3cret", one.Body, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(service.Logs.Entries, line => line.Everything.Contains(NatsServer.Password, StringComparison.Ordinal));
    }

    [NatsFact]
    public async Task An_event_that_is_published_again_is_one_message()
    {
        var publisher = service.Services.GetRequiredService<NatsPublisher>();
        var session = Guid.NewGuid();
        var due = Due("one", session);
        await Eventually.IsSoAsync(async () => (await publisher.PublishAsync(due, CancellationToken.None)).IsDelivered);

        Assert.True((await publisher.PublishAsync(due, CancellationToken.None)).IsDelivered);
        Assert.Single(await service.Server.ReadAsync($"{session}"));
    }

    [NatsFact]
    public async Task Two_users_may_choose_the_same_message_id_and_both_are_told_of()
    {
        var message = $$"""{"role":"user","content":"Hello","message_id":"{{Guid.NewGuid()}}"}""";
        foreach (var user in new[] { service.AsNewUser(), service.AsNewUser() })
        {
            var session = await user.StartSessionAsync();
            await user.WriteMessageAsync(session, message);

            await HasAsync(session, 2);
        }
    }

    [NatsFact]
    public async Task An_outage_and_a_missing_stream_delay_events_and_lose_none()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await HasAsync(session, 1);

        await service.Server.KillAsync();
        await AppendAsync(user, session, 5);
        await service.Server.StartAsync();
        await HasAsync(session, 6);

        await service.Server.DeleteStreamAsync();
        await AppendAsync(user, session, 2);
        await using var database = new TestDatabase(service.ConnectionString);
        await Eventually.IsSoAsync(async () => (await database.QueryAsync(
            $"SELECT last_error FROM dev.webhook_deliveries WHERE user_id = '{user.UserId}' AND status = 'pending' AND last_error IS NOT NULL"))
            is ["no_stream"]);
        await service.Server.MakeStreamAsync();

        var events = await HasAsync(session, 2);
        Assert.Equal([6L, 7], events.Select(one => one.Sequence));
    }

    private static async Task AppendAsync(ApiClient user, string session, int count)
    {
        for (var i = 0; i < count; i++)
        {
            (await user.PostAsync($"{session}/messages", Message)).Is(201);
        }
    }

    private async Task<List<Published>> HasAsync(string session, int count)
    {
        List<Published> events = [];
        await Eventually.IsSoAsync(async () => (events = await service.Server.ReadAsync(session)).Count >= count);
        Assert.Equal(count, events.Count);
        return events;
    }

    private static DueDelivery Due(string user, Guid session) => new()
    {
        UserId = user,
        SessionId = session,
        EventId = Guid.NewGuid(),
        Type = WebhookEvents.SessionUpdated,
        Data = "{}",
        CreatedAt = DateTimeOffset.UnixEpoch,
        Attempts = 1,
        FirstAttemptAt = DateTimeOffset.UnixEpoch,
        Lease = DateTimeOffset.UnixEpoch,
        Webhook = new Webhook
        {
            UserId = Webhook.OfService,
            WebhookId = Webhook.NatsId,
            Slot = Webhook.NatsSlot,
            Url = "nats:",
            Secret = [],
            CreatedAt = DateTimeOffset.UnixEpoch,
            UpdatedAt = DateTimeOffset.UnixEpoch,
        },
    };

    public sealed class Fixture : ApiFixture
    {
        internal NatsServer Server { get; } = new();

        protected override IEnumerable<KeyValuePair<string, string>> Settings =>
        [
            KeyValuePair.Create("Events:Nats:Url", Server.Url),
            KeyValuePair.Create("Webhooks:LookEvery", "00:00:00.1"),
        ];

        public override async Task InitializeAsync()
        {
            if (NatsServer.Executable is not null)
            {
                await Server.StartAsync();
                await Server.MakeStreamAsync();
                await base.InitializeAsync();
                await using var database = new TestDatabase(ConnectionString);
                await Eventually.IsSoAsync(async () => (await database.QueryAsync("SELECT url FROM dev.webhooks")).Length == 1);
            }
        }

        public override async Task DisposeAsync()
        {
            await base.DisposeAsync();
            await Server.DisposeAsync();
        }
    }
}
