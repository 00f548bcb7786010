using SessionService.IntegrationTests.Hosting;
using SessionService.IntegrationTests.Live;

namespace SessionService.IntegrationTests.Deltas;

/// <summary>What followers of a session are told of messages in progress.</summary>
public sealed class FollowedDeltasTests(FollowedDeltasTests.Fixture service) : IClassFixture<FollowedDeltasTests.Fixture>
{
    [Fact]
    public async Task A_follower_sees_a_message_opened_grow_and_completed_and_then_what_is_behind_it()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        await user.WriteMessageAsync(session);
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0");
        Assert.Equal(["message 1 completed Hello"], await TakeAsync(stream, 1));

        var message = await user.OpenAsync(session, """{"role":"assistant","content":"Well, ","status":"in_progress"}""");
        Assert.Equal(["message 2 in_progress Well, "], await TakeAsync(stream, 1));
        await user.WriteMessageAsync(session, """{"role":"user","content":"Behind"}""");
        (await user.GrowAsync(message, 0, "tea")).Is(200);
        Assert.Equal(["delta 2 0 tea"], await TakeAsync(stream, 1));
        (await user.PostAsync($"{message}/deltas", """{"index":1,"parts":[{"type":"text","text":"!"}]}""")).Is(200);
        Assert.Equal(["delta 2 1 [{\"type\":\"text\",\"text\":\"!\"}]"], await TakeAsync(stream, 1));
        (await user.CompleteAsync(message)).Is(200);

        Assert.Equal(["message 2 completed Well, tea\n!", "message 3 completed Behind"], await TakeAsync(stream, 2));
    }

    [Fact]
    public async Task A_follower_resumes_at_any_delta_and_joins_in_the_middle()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        await user.GrowAsync(message, "0", "1", "2", "3");
        using var first = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0");
        var told = await EventsAsync(first, 5);
        Assert.Equal(["message 1 in_progress ", "delta 1 0 0", "delta 1 1 1", "delta 1 2 2", "delta 1 3 3"], told.Select(Describe));

        for (var i = 0; i < told.Count - 1; i++)
        {
            using var resumed = await EventStream.OpenAsync(service, user.UserId, $"{session}/events", told[i].Id);
            Assert.Equal(told.Skip(i + 1).Select(Describe), (await EventsAsync(resumed, told.Count - i - 1)).Select(Describe));
        }

        using var joined = await EventStream.OpenAsync(service, user.UserId, $"{session}/events");
        Assert.Equal(told.Select(Describe), (await EventsAsync(joined, 5)).Select(Describe));
        (await user.CompleteAsync(message)).Is(200);
        foreach (var one in told)
        {
            using var late = await EventStream.OpenAsync(service, user.UserId, $"{session}/events", one.Id);
            Assert.Equal(["message 1 completed 0123"], await TakeAsync(late, 1));
        }
    }

    [Fact]
    public async Task A_follower_of_all_sessions_is_told_deltas_too_and_resumes_among_them()
    {
        var user = service.AsNewUser();
        using var stream = await EventStream.OpenAsync(service, user.UserId, $"/api/v1/users/{user.UserId}/events");
        Assert.Equal("snapshot", (await stream.NextAsync())!.Name);
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        await user.GrowAsync(message, "0", "1", "2");
        var told = await EventsAsync(stream, 4);
        Assert.Equal(["message 1 in_progress ", "delta 1 0 0", "delta 1 1 1", "delta 1 2 2"], told.Select(Describe));
        using var resumed = await EventStream.OpenAsync(
            service, user.UserId, $"/api/v1/users/{user.UserId}/events", told[1].Id);
        Assert.Equal(["delta 1 1 1", "delta 1 2 2"], await TakeAsync(resumed, 2));

        (await user.CompleteAsync(message)).Is(200);

        Assert.Equal(["message 1 completed 012"], await TakeAsync(stream, 1));
        Assert.Equal(["message 1 completed 012"], await TakeAsync(resumed, 1));
    }

    [Fact]
    public async Task Many_followers_of_a_busy_answer_are_told_the_same()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        var following = Enumerable.Range(0, 20).Select(async _ =>
        {
            using var stream = await EventStream.OpenAsync(service, user.UserId, $"{session}/events?after=0");
            var text = "";
            while (await stream.NextAsync() is { } next)
            {
                if (next.Name == "delta")
                {
                    Assert.Equal(text.Count(letter => letter == ','), next.Data.Number("index"));
                    text += next.Data.Text("text");
                }
                else if (next.Name == "message" && next.Data.Text("status") == "completed")
                {
                    return (text, next.Data.Text("content"));
                }
            }

            throw new InvalidOperationException("The stream has ended.");
        }).ToList();

        for (var i = 0; i < 100; i++)
        {
            (await user.GrowAsync(message, i, $"{i},")).Is(200);
        }

        (await user.CompleteAsync(message)).Is(200);

        var whole = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},"));
        foreach (var (text, content) in await Task.WhenAll(following))
        {
            Assert.Equal(whole, content);
            Assert.StartsWith(text, whole, StringComparison.Ordinal);
        }
    }

    /// <summary>The next messages and deltas. What the session itself tells comes in between.</summary>
    private static async Task<List<StreamedEvent>> EventsAsync(EventStream stream, int count)
    {
        var events = new List<StreamedEvent>();
        while (events.Count < count && await stream.NextAsync() is { } next)
        {
            if (next.Name is "message" or "delta")
            {
                events.Add(next);
            }
        }

        return events;
    }

    private static async Task<IEnumerable<string>> TakeAsync(EventStream stream, int count) =>
        (await EventsAsync(stream, count)).Select(Describe);

    private static string Describe(StreamedEvent one) => one.Name == "message"
        ? $"message {one.Sequence} {one.Data.Text("status")} {one.Data.Text("content")}"
        : $"delta {one.Sequence} {one.Data.Number("index")} {(one.Data.TryGetProperty("text", out var text) ? text.GetString() : one.Data.Raw("parts"))}";

    // Followers are woken by the writes and not by the look-up.
    public sealed class Fixture : ApiFixture
    {
        protected override IEnumerable<KeyValuePair<string, string>> Settings => [new("Live:LookUpEvery", "00:01:00")];
    }
}
