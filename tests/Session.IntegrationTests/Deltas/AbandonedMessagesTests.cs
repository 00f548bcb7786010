using SessionService.IntegrationTests.Hosting;
using static SessionService.IntegrationTests.Deltas.OpenMessages;

namespace SessionService.IntegrationTests.Deltas;

public sealed class AbandonedMessagesTests(AbandonmentFixture service) : IClassFixture<AbandonmentFixture>
{
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task A_message_without_deltas_for_long_is_completed_as_incomplete_and_kept()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session, """{"role":"assistant","status":"in_progress","tokens_used":4}""");
        await user.GrowAsync(message, "Half a ", "word");
        await user.WriteMessageAsync(session);

        await AfterAsync(TimeSpan.FromMinutes(4));
        Assert.Empty(await user.ShownAsync(session));
        await AfterAsync(TimeSpan.FromMinutes(6));

        var read = (await user.GetAsync(message)).Is(200);
        Assert.Equal(("incomplete", "Half a word"), (read.Text("status"), read.Text("content")));
        Assert.Equal([1, 2], await user.ShownAsync(session));
        Assert.Equal(4, (await user.GetAsync(session)).Is(200).Number("total_tokens"));
        (await user.GrowAsync(message, 2, "!")).IsProblem(409, "message_closed");
    }

    [Fact]
    public async Task A_delta_keeps_a_message_from_being_abandoned()
    {
        var user = service.AsNewUser();
        var session = await user.StartSessionAsync();
        var message = await user.OpenAsync(session);
        service.Clock.Set(new Clock(TimeSpan.FromMinutes(4)));
        await user.GrowAsync(message, "Still here");

        await AfterAsync(TimeSpan.FromMinutes(6));
        Assert.Empty(await user.ShownAsync(session));
        await AfterAsync(TimeSpan.FromMinutes(10));

        Assert.Equal([1], await user.ShownAsync(session));
    }

    [Fact]
    public async Task More_messages_than_one_look_finds_are_completed()
    {
        var user = service.AsNewUser();
        var sessions = new List<string>();
        for (var i = 0; i < 12; i++)
        {
            sessions.Add(await user.StartSessionAsync());
            (await user.PostAsync($"{sessions[^1]}/messages/batch", $$"""{"messages":[{{string.Join(',', Enumerable.Repeat(Open, 10))}}]}""")).Is(201);
        }

        await AfterAsync(TimeSpan.FromMinutes(6));

        foreach (var session in sessions)
        {
            Assert.Equal(10, (await user.ShownAsync(session)).Count);
        }
    }

    private async Task AfterAsync(TimeSpan time)
    {
        service.Clock.Set(new Clock(time));
        await service.Abandoned.CloseAsync(AbandonedAfter, CancellationToken.None);
        service.Clock.Set(TimeProvider.System);
    }

    private sealed class Clock(TimeSpan ahead) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + ahead;
    }
}
