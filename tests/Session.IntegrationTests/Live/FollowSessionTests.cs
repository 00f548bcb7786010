using SessionService.IntegrationTests.Hosting;

namespace SessionService.IntegrationTests.Live;

public sealed class FollowSessionTests(ApiFixture service) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_stream_begins_with_the_session_and_then_tells_every_message_as_lists_show_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");

        var first = await stream.NextAsync();
        var written = await user.WriteMessageAsync(session, """{"role":"assistant","content":"two\nlines","metadata":{"a":[1,2.50]}}""");
        var told = await stream.NextAsync();

        Assert.Equal("session", first!.Name);
        Assert.EndsWith(first.Data.Text("session_id"), session, StringComparison.Ordinal);
        Assert.Equal("message", told!.Name);
        var listed = Assert.Single((await user.GetAsync($"{session}/messages?after=1&limit=1")).Is(200).Items("messages"));
        Assert.Equal(listed.GetRawText(), told.Data.GetRawText());
        Assert.Equal(written.Text("message_id"), told.Data.Text("message_id"));
    }

    [Fact]
    public async Task The_answer_is_a_stream_that_nobody_buffers_or_stores()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events", headers: ("Accept-Encoding", "gzip, br"));
        await stream.NextAsync();

        Assert.Equal("text/event-stream", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Empty(stream.Response.Content.Headers.ContentEncoding);
        Assert.True(stream.Response.Headers.CacheControl!.NoStore);
        Assert.Equal(["no"], stream.Response.Headers.GetValues("X-Accel-Buffering"));
    }

    [Fact]
    public async Task Whoever_comes_back_with_the_id_of_any_event_is_told_what_came_after_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        for (var i = 0; i < 5; i++)
        {
            await user.WriteMessageAsync(session);
            (await user.PutAsync(session, $$$"""{"metadata":{"step":{{{i}}}}}""")).Is(200);
        }

        using var whole = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0");
        var all = await whole.TakeAsync(6);

        Assert.Equal(["message", "message", "message", "message", "message", "session"], all.Select(one => one.Name));
        Assert.Equal([1, 2, 3, 4, 5], all.Take(5).Select(one => one.Sequence));
        for (var known = 0; known < all.Count; known++)
        {
            using var resumed = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0", all[known].Id);
            var marker = await user.WriteMessageAsync(session);
            var rest = new List<StreamedEvent>();
            do
            {
                rest.Add((await resumed.NextAsync())!);
            }
            while (rest[^1].Name != "message" || rest[^1].Sequence != marker.GetProperty("sequence").GetInt64());
            Assert.Equal(
                all.Skip(known + 1).Select(one => one.Id).Where(id => id != all[5].Id),
                rest.Where(one => one.Name == "message" && one.Sequence <= 5).Select(one => one.Id));
            Assert.Equal(rest.Count(one => one.Name == "message"), rest.Where(one => one.Name == "message").Select(one => one.Sequence).Distinct().Count());
        }
    }

    [Fact]
    public async Task Every_change_of_the_session_is_told()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=2");
        Assert.Equal("session", (await stream.NextAsync())!.Name);

        (await user.SendAsync(HttpMethod.Patch, session, """{"title":"Told"}""")).Is(200);
        await stream.NextOfAsync("session", told => told.GetProperty("title").GetString() == "Told");
        (await user.PutAsync(session, """{"status":"completed"}""")).Is(200);
        await stream.NextOfAsync("session", told => told.Text("status") == "completed");
        (await user.PostAsync($"{session}/memory", """{"content":"Prefers tea."}""")).Is(201);
        await stream.NextOfAsync("session");
        (await user.PutAsync($"{session}/messages/1/feedback/rating", """{"value":1}""")).Is(201);
        await stream.NextOfAsync("session");
        (await user.DeleteAsync($"{session}/messages/1/feedback/rating")).Is(200);
        await stream.NextOfAsync("session");
        (await user.DeleteAsync($"{session}/messages/1")).Is(200);
        await stream.NextOfAsync("session");
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await stream.NextOfAsync("session", told => told.GetProperty("visible_messages").GetInt64() == 1);
        await user.WriteMessageAsync(session);
        Assert.Equal(3, (await stream.NextOfAsync("message")).Sequence);
    }

    [Fact]
    public async Task The_messages_of_all_branches_are_told()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        await user.WriteMessageAsync(session);
        (await user.PostAsync($"{session}/rewind", """{"to_sequence":1}""")).Is(200);
        await user.WriteMessageAsync(session);

        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0");

        Assert.Equal([1, 2, 3], (await stream.TakeAsync(3)).Select(told => told.Sequence));
    }

    [Fact]
    public async Task A_session_that_is_erased_ends_its_streams()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
        await stream.NextAsync();

        (await user.DeleteAsync($"{session}/data")).Is(200);

        var last = await stream.NextAsync();
        Assert.Equal("deleted", last!.Name);
        Assert.EndsWith(last.Data.Text("session_id"), session, StringComparison.Ordinal);
        Assert.Null(await stream.NextAsync());
        Assert.Equal(404, (await user.GetAsync($"{session}/events")).Status);
    }

    [Fact]
    public async Task The_session_of_another_user_does_not_exist()
    {
        var session = await service.AsNewUser().StartSessionAsync();

        var answer = await service.AsNewUser().GetAsync($"{session}/events");

        answer.IsProblem(404, "session_not_found");
    }

    [Theory]
    [InlineData("x")]
    [InlineData("-1")]
    [InlineData("1.2.3")]
    [InlineData("1.0.0.zzzzzzzz")]
    [InlineData("99999999999999999999")]
    public async Task A_text_that_is_no_id_is_refused(string after)
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();

        var answer = await user.GetAsync($"{session}/events?after={after}");

        answer.IsInvalid();
    }

    [Fact]
    public async Task An_id_of_another_session_or_of_a_later_state_is_answered_with_a_snapshot()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var other = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        using var ofOther = await EventStream.OpenAsync(service, user.UserId, $"{other}/events");
        var id = (await ofOther.NextAsync())!.Id!;

        foreach (var known in new[] { id, "7" })
        {
            using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events", known);
            var snapshot = await stream.NextAsync();
            await user.WriteMessageAsync(session);
            var next = await stream.NextAsync();

            Assert.Equal("snapshot", snapshot!.Name);
            Assert.EndsWith(snapshot.Data.GetProperty("session").Text("session_id"), session, StringComparison.Ordinal);
            Assert.Equal("message", next!.Name);
        }
    }
}
