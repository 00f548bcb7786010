using System.Buffers.Text;
using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Live;

public sealed class FollowUserTests(ApiFixture service) : IClassFixture<ApiFixture>, IDisposable
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    public void Dispose() => service.Clock.Set(TimeProvider.System);

    [Fact]
    public async Task A_stream_begins_with_a_snapshot_and_then_tells_of_every_session()
    {
        var user = service.AsNewUser();
        var old = await user.StartSessionAsync();
        await user.WriteMessageAsync(old);
        using var stream = await OpenAsync(user);

        var begin = await stream.NextAsync();
        await user.WriteMessageAsync(old);
        var message = await stream.NextAsync();
        var created = await user.StartSessionAsync();
        var session = await stream.NextAsync();

        Assert.Equal(("snapshot", JsonValueKind.Null), (begin!.Name, begin.Data.GetProperty("session").ValueKind));
        Assert.Equal(("message", 2), (message!.Name, message.Sequence));
        Assert.Equal("session", session!.Name);
        Assert.EndsWith(session.Data.Text("session_id"), created, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_comes_back_is_told_what_came_after_the_event()
    {
        var user = service.AsNewUser();
        var sessions = new[] { await user.StartSessionAsync(), await user.StartSessionAsync() };
        using var stream = await OpenAsync(user);
        var told = new List<StreamedEvent> { (await stream.NextAsync())! };
        for (var i = 0; i < 6; i++)
        {
            await user.WriteMessageAsync(sessions[i % 2]);
            told.Add((await stream.NextAsync())!);
        }

        for (var known = 0; known < told.Count; known++)
        {
            using var resumed = await OpenAsync(user, told[known].Id);
            var rest = await resumed.TakeAsync(told.Count - known - 1);

            Assert.Equal(KeysOf(told.Skip(known + 1)).Order(StringComparer.Ordinal), KeysOf(rest).Order(StringComparer.Ordinal));
            Assert.All(rest.GroupBy(one => one.Data.Text("session_id")), one => Assert.Equal(one.Select(e => e.Sequence).Order(), one.Select(e => e.Sequence)));
        }
    }

    [Fact]
    public async Task A_write_to_a_session_that_does_not_exist_is_told_to_nobody()
    {
        var user = service.AsNewUser();
        using var stream = await OpenAsync(user);
        await stream.NextAsync();

        (await user.SendAsync(HttpMethod.Patch, $"/api/v1/sessions/{Guid.NewGuid()}", """{"title":"Nowhere"}""")).IsProblem(404, "session_not_found");
        (await user.PostAsync($"/api/v1/sessions/{Guid.NewGuid()}/fork", "{}")).IsProblem(404, "session_not_found");
        (await user.SendAsync(HttpMethod.Delete, $"/api/v1/sessions/{Guid.NewGuid()}/messages/1")).IsProblem(404, "session_not_found");
        await user.StartSessionAsync();

        Assert.Equal("session", (await stream.NextAsync())!.Name);
    }

    [Fact]
    public async Task An_id_with_impossible_numbers_is_refused()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var stream = await OpenAsync(user);
        await stream.NextAsync();
        await user.WriteMessageAsync(session);
        var id = Base64Url.DecodeFromChars((await stream.NextOfAsync("message")).Id);

        // After the version, the user, two times, and the id of the session: the number of the message, and of its delta.
        const int Messages = 1 + 4 + 8 + 8 + 16;
        byte[] minusOne = [.. Enumerable.Repeat((byte)0xff, 9), 1];
        foreach (var place in new[] { Messages, Messages + 1 })
        {
            using var response = await OpenAsync(user, Base64Url.EncodeToString([.. id[..place], .. minusOne, .. id[(place + 1)..]]));

            Assert.Equal(HttpStatusCode.UnprocessableEntity, response.Response.StatusCode);
        }
    }

    [Fact]
    public async Task What_happens_in_sessions_that_were_quiet_for_long_is_told_once()
    {
        service.Clock.Set(_clock);
        var user = service.AsNewUser();
        var (grown, renamed, quiet) = (await user.StartSessionAsync(), await user.StartSessionAsync(), await user.StartSessionAsync());
        foreach (var session in new[] { grown, renamed, quiet })
        {
            await user.WriteMessageAsync(session);
            await user.WriteMessageAsync(session);
        }

        _clock.Advance(TimeSpan.FromHours(1));
        string id;
        using (var stream = await OpenAsync(user))
        {
            id = (await stream.NextAsync())!.Id!;
        }

        _clock.Advance(TimeSpan.FromHours(5));
        await user.WriteMessageAsync(grown);
        await user.WriteMessageAsync(grown);
        (await user.SendAsync(HttpMethod.Patch, renamed, """{"title":"Renamed"}""")).Is(200);
        using var resumed = await OpenAsync(user, id);
        var told = await resumed.TakeAsync(3);
        await user.WriteMessageAsync(quiet);
        told.Add((await resumed.NextAsync())!);

        var keys = KeysOf(told);
        Assert.Equal(
            [.. new[] { $"{grown} message 3", $"{grown} message 4", $"{quiet} message 3", $"{renamed} session" }.Order(StringComparer.Ordinal)],
            keys.Order(StringComparer.Ordinal));
        Assert.True(keys.IndexOf($"{grown} message 3") < keys.IndexOf($"{grown} message 4"));
    }

    [Fact]
    public async Task Messages_with_times_of_their_own_in_a_quiet_session_are_a_snapshot_of_it()
    {
        service.Clock.Set(_clock);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        _clock.Advance(TimeSpan.FromHours(1));
        using var stream = await OpenAsync(user);
        await stream.NextAsync();

        await user.WriteMessageAsync(session, """{"role":"user","content":"Of long ago","created_at":"2020-01-01T00:00:00Z"}""");
        var snapshot = await stream.NextAsync();
        await user.WriteMessageAsync(session, """{"role":"user","content":"Of long ago","created_at":"2020-01-01T00:00:00Z"}""");
        var next = await stream.NextAsync();

        Assert.Equal("snapshot", snapshot!.Name);
        Assert.EndsWith(snapshot.Data.GetProperty("session").Text("session_id"), session, StringComparison.Ordinal);
        Assert.Equal(("message", 3), (next!.Name, next.Sequence));
    }

    [Fact]
    public async Task A_session_that_is_erased_is_told_and_the_stream_goes_on()
    {
        service.Clock.Set(_clock);
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        _clock.Advance(TimeSpan.FromHours(1));
        using var stream = await OpenAsync(user);
        await stream.NextAsync();

        (await user.DeleteAsync($"{session}/data")).Is(200);
        var deleted = await stream.NextAsync();
        await user.StartSessionAsync();
        var next = await stream.NextAsync();

        Assert.Equal("deleted", deleted!.Name);
        Assert.EndsWith(deleted.Data.Text("session_id"), session, StringComparison.Ordinal);
        Assert.Equal("session", next!.Name);
    }

    [Fact]
    public async Task More_sessions_than_an_id_can_name_are_a_snapshot_to_whoever_comes_back_and_told_to_whoever_stays()
    {
        var user = service.AsNewUser();
        using var stream = await OpenAsync(user);
        await stream.NextAsync();
        for (var i = 0; i < 140; i++)
        {
            await user.StartSessionAsync();
        }

        var told = await stream.TakeAsync(140);
        using var resumed = await OpenAsync(user, told[^1].Id);

        Assert.Equal(140, told.Select(one => one.Data.Text("session_id")).Distinct(StringComparer.Ordinal).Count());
        Assert.All(told, one => Assert.Equal("session", one.Name));
        Assert.True(told.Max(one => one.Id!.Length) < 6_000);
        Assert.Equal("snapshot", (await resumed.NextAsync())!.Name);
    }

    [Fact]
    public async Task Another_users_stream_and_an_id_of_it_are_refused()
    {
        var (user, other) = (service.AsNewUser(), service.AsNewUser());
        using var stream = await OpenAsync(user);
        var id = (await stream.NextAsync())!.Id!;

        (await other.GetAsync($"/api/v1/users/{user.UserId}/events")).IsProblem(403, "user_mismatch");
        using var withId = await OpenAsync(other, id);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, withId.Response.StatusCode);
        (await other.GetAsync($"/api/v1/users/{other.UserId}/events?after=nonsense")).IsInvalid("after");
    }

    private Task<EventStream> OpenAsync(ApiClient user, string? id = null) =>
        EventStream.OpenAsync(service, user.UserId, $"/api/v1/users/{user.UserId}/events", id);

    private static List<string> KeysOf(IEnumerable<StreamedEvent> events) =>
    [
        .. events.Select(one =>
            $"/api/v1/sessions/{one.Data.Text("session_id")} {one.Name}{(one.Name == "message" ? $" {one.Sequence}" : "")}"),
    ];
}
