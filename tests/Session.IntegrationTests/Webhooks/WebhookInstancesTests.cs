using System.Collections.Concurrent;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Webhooks;

/// <summary>Several instances, and one that is killed.</summary>
public sealed class WebhookInstancesTests(WebhooksFixture service) : IClassFixture<WebhooksFixture>
{
    private const string Message = """{"role":"user","content":"Hello"}""";

    [Fact]
    public async Task Two_instances_share_the_work_and_tell_every_event_once()
    {
        var other = new SecondInstance(service.ConnectionString);
        await other.InitializeAsync();
        await using var receiver = await Receiver.StartAsync();
        try
        {
            var user = service.AsNewUser();
            await WebhooksFixture.MakeAsync(user, receiver, ""","events":["message.created"]""");
            var sessions = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => user.StartSessionAsync()));
            await Task.WhenAll(sessions.SelectMany((session, i) => Enumerable.Range(0, 5).Select(async _ =>
                (await (i % 2 == 0 ? user : other.As(user.UserId)).PostAsync($"{session}/messages", Message)).Is(201))));
            await receiver.HasAsync(100);

            Assert.Equal(100, receiver.All.Select(one => one.Id).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(100, receiver.All.Count);
            Assert.All(sessions, session => Assert.Equal([1L, 2, 3, 4, 5], receiver.Of(session).Select(one => one.Data.Number("sequence"))));
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task What_was_acknowledged_right_before_a_kill_is_told_after_it()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var process = new ServiceProcess(
            [
                .. WebhooksFixture.Given.Select(setting => (setting.Key.Replace(":", "__", StringComparison.Ordinal), setting.Value)),
                // The lease that is left behind lasts half a minute longer.
                ("Webhooks__Timeout", "00:00:02"),
            ]);
        await process.StartAsync();
        var user = process.As("user");
        var session = await user.StartSessionAsync();
        await WebhooksFixture.MakeAsync(user, receiver, ""","events":["message.created"]""");
        var acknowledged = new ConcurrentBag<long>();
        var writing = Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                while (true)
                {
                    acknowledged.Add((await user.PostAsync($"{session}/messages", Message)).Is(201).Number("sequence"));
                }
            }
            catch (HttpRequestException)
            {
                // Killed.
            }
        }));
        await Eventually.IsSoAsync(() => Task.FromResult(acknowledged.Count > 100));

        await process.KillAsync();
        await writing;
        var before = Told().Count;
        await process.StartAsync();
        var stored = (await user.GetAsync(session)).Is(200).Number("message_count");
        await Eventually.IsSoAsync(() => Task.FromResult(Told().Count > before || before == stored));
        await Eventually.IsSoAsync(() => Task.FromResult(Told().Count >= stored));

        Assert.Equal(Enumerable.Range(1, (int)stored).Select(n => (long)n), Told());
        Assert.Empty(acknowledged.Except(Told()));

        List<long> Told() => [.. receiver.Of(session).Select(one => one.Data.Number("sequence")).Distinct()];
    }

    private sealed class SecondInstance(string connectionString) : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => WebhooksFixture.Given;

        protected override bool LeavesHostsAlone => false;

        protected override Task<string> PrepareDatabaseAsync() => Task.FromResult(connectionString);
    }
}
