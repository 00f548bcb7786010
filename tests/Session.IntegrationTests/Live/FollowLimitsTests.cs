using System.Diagnostics;
using System.Net;
using Microsoft.Extensions.Logging;
using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Keys;
using SessionService.IntegrationTests.Writes;

namespace SessionService.IntegrationTests.Live;

public sealed class LimitedFollowersFixture : ApiFixture
{
    protected override IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        KeyValuePair.Create("Live:MaxFollowers", "3"),
        KeyValuePair.Create("Live:MaxFollowersPerUser", "2"),
        KeyValuePair.Create("Live:Heartbeat", "00:00:01"),
        KeyValuePair.Create("Live:Patience", "00:00:05"),
        KeyValuePair.Create("Limits:RequestTimeout", "00:00:04"),
    ];
}

public sealed class FollowLimitsTests(LimitedFollowersFixture service) : IClassFixture<LimitedFollowersFixture>, IAsyncLifetime
{
    private const string Followers = "session_service.live.followers";

    // Streams of another test may still be ending, and would count.
    public Task InitializeAsync() => Eventually.IsSoAsync(() => Task.FromResult(service.ReadCounter(Followers) == 0));

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Too_many_streams_of_a_user_or_in_all_are_refused_and_a_stream_that_ends_makes_room()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        var (session, ofOther) = (await user.StartSessionAsync(), await other.StartSessionAsync());
        var first = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
        using var second = await EventStream.OpenAsync(service, user.UserId, $"/api/v1/users/{user.UserId}/events");

        var refused = await user.GetAsync($"{session}/events");
        refused.IsProblem(429, "too_many_followers");
        Assert.Contains("Retry-After", refused.Headers.Keys);
        using var third = await EventStream.OpenAsync(service, other.UserId, $"{ofOther}/events");
        (await other.GetAsync($"{ofOther}/events")).IsProblem(429, "too_many_followers");

        first.Dispose();
        await Eventually.IsSoAsync(() => Task.FromResult(service.ReadCounter(Followers) == 2));
        using var again = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
        Assert.Equal(HttpStatusCode.OK, again.Response.StatusCode);
    }

    [Fact]
    public async Task An_idle_stream_outlasts_the_time_limit_of_requests_and_sends_comments()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
        await stream.NextAsync();
        var next = stream.NextAsync();

        await Eventually.IsSoAsync(() => Task.FromResult(stream.Comments.Contains("heartbeat")));
        await Task.WhenAny(next, Task.Delay(TimeSpan.FromSeconds(6)));
        Assert.False(next.IsCompleted);
        await user.WriteMessageAsync(session);

        Assert.Equal("message", (await next)!.Name);
    }

    [Fact]
    public async Task A_client_that_does_not_read_loses_the_stream_and_others_go_on()
    {
        var (slow, quick) = (service.AsNewUser(), service.AsNewUser());
        var (session, ofQuick) = (await slow.StartSessionAsync(), await quick.StartSessionAsync());
        var text = new string('x', 500_000);
        for (var i = 0; i < 40; i++)
        {
            await slow.WriteOnceAsync($"{session}/messages", $$"""{"role":"user","content":"{{text}}"}""");
        }

        using var other = await EventStream.OpenAsync(service, quick.UserId, $"{ofQuick}/events");
        await other.NextAsync();
        using var stalled = await EventStream.OpenAsync(service, slow.UserId, $"{session}/events?after=0");
        var first = await stalled.NextAsync();
        await Eventually.IsSoAsync(() => Task.FromResult(service.ReadCounter(Followers) <= 1));

        await quick.WriteMessageAsync(ofQuick);
        Assert.Equal("message", (await other.NextAsync())!.Name);
        var known = first!;
        while (await stalled.NextAsync() is { } more)
        {
            known = more;
        }

        Assert.True(known.Sequence < 40);
        using var resumed = await EventStream.OpenAsync(service, slow.UserId, $"{session}/events", known.Id);
        var rest = await resumed.TakeAsync((int)(40 - known.Sequence));
        Assert.Equal(Enumerable.Range((int)known.Sequence + 1, rest.Count), rest.Select(one => (int)one.Sequence));
    }
}

public sealed class FollowKeysTests(KeysFixture service) : IClassFixture<KeysFixture>
{
    [Fact]
    public async Task A_key_that_is_revoked_ends_its_streams()
    {
        var user = KeysFixture.NewUser();
        var key = await service.CreateKeyAsync(user);
        var session = (await service.SendAsync(key.Key, HttpMethod.Post, "/api/v1/sessions", "{}")).Is(201).Text("session_id");
        using var stream = await EventStream.OpenAsync(
            service, user, $"/api/v1/sessions/{session}/events", headers: ("Authorization", $"Bearer {key.Key}"));
        Assert.Equal("session", (await stream.NextAsync())!.Name);

        (await service.SendAsync(await service.KeyOfAsync(user: null), HttpMethod.Delete, $"/api/v1/keys/{key.KeyId}")).Is(200);

        Assert.Null(await stream.NextAsync());
    }
}

public sealed class FollowInstancesTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_stream_tells_what_another_instance_writes_and_goes_on_there()
    {
        var other = new InstanceFixture(service.ConnectionString);
        await other.InitializeAsync();
        try
        {
            var user = service.AsNewUser();
            var session = await user.StartSessionAsync();
            using var stream = await EventStream.OpenAsync(other, user.UserId, $"{session}/events");
            await stream.NextAsync();
            await user.WriteMessageAsync(session);
            var first = await stream.NextAsync();
            await user.WriteMessageAsync(session);
            using var resumed = await EventStream.OpenAsync(service, user.UserId, $"{session}/events", first!.Id);

            Assert.Equal(1, first.Sequence);
            Assert.Equal(2, (await resumed.NextAsync())!.Sequence);
            Assert.Equal(2, (await stream.NextAsync())!.Sequence);
        }
        finally
        {
            await other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Without_notifications_the_look_up_finds_what_another_instance_writes()
    {
        var deaf = new InstanceFixture(service.ConnectionString, KeyValuePair.Create("Live:Notify", "false"));
        await deaf.InitializeAsync();
        try
        {
            var user = service.AsNewUser();
            var session = await user.StartSessionAsync();
            using var ofSession = await EventStream.OpenAsync(deaf, user.UserId, $"{session}/events");
            using var ofUser = await EventStream.OpenAsync(deaf, user.UserId, $"/api/v1/users/{user.UserId}/events");
            await ofSession.NextAsync();
            await ofUser.NextAsync();

            await user.WriteMessageAsync(session);
            Assert.Equal(1, (await ofSession.NextAsync())!.Sequence);
            Assert.Equal(1, (await ofUser.NextAsync())!.Sequence);
            (await user.PutAsync(session, """{"status":"ended"}""")).Is(200);
            Assert.Equal("session", (await ofSession.NextAsync())!.Name);
            Assert.Equal("session", (await ofUser.NextAsync())!.Name);
        }
        finally
        {
            await deaf.DisposeAsync();
        }
    }

    [Fact]
    public async Task An_instance_that_stops_ends_its_streams_at_once_and_logs_no_failure()
    {
        var stopping = new InstanceFixture(service.ConnectionString);
        await stopping.InitializeAsync();
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var stream = await EventStream.OpenAsync(stopping, user.UserId, $"{session}/events");
        using var ofUser = await EventStream.OpenAsync(stopping, user.UserId, $"/api/v1/users/{user.UserId}/events");
        await stream.NextAsync();
        await ofUser.NextAsync();

        var (start, logged) = (Stopwatch.GetTimestamp(), stopping.Logs.Entries.Count);
        await stopping.DisposeAsync();

        Assert.Null(await stream.NextAsync());
        Assert.Null(await ofUser.NextAsync());
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20));
        // Kestrel warns where the machine was too busy for its heartbeat, which is no failure of the streams.
        Assert.DoesNotContain(
            stopping.Logs.Entries.Skip(logged),
            entry => entry.Level >= LogLevel.Warning && !entry.Message.Contains("the heartbeat has been running", StringComparison.Ordinal));
    }
}
