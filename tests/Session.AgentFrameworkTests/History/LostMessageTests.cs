using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.History;

/// <summary>What is no repetition is stored, however much it looks like one.</summary>
[Collection(ServiceTests.Name)]
public sealed class LostMessageTests(ServiceProcess service)
{
    [Theory]
    [InlineData("answer")]
    [InlineData("7f3c1f0e-52a5-4f0c-8f0e-0a9f3a1f6a11")]
    public async Task Equal_answers_of_a_model_that_gives_all_of_them_one_id_are_all_stored(string messageId)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var model = new ScriptedChatClient(
            (_, _) => new ChatResponse(new ChatMessage(ChatRole.Assistant, "Yes.") { MessageId = messageId }));
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync("Is it warm?", session);
        await agent.RunAsync("Is it dry?", session);
        await agent.RunAsync("Is it far?", session);

        Assert.Equal(
            ["Is it warm?", "Yes.", "Is it dry?", "Yes.", "Is it far?", "Yes."],
            (await client.StoredAsync(history, session)).Select(message => message.Content));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Words_that_are_said_again_later_are_stored_although_the_agent_session_was_not_saved_since(bool areAnswersEqual)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient(messages => areAnswersEqual ? "Good." : $"Answer {messages.Count / 2}"), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("Shall we begin?", session);
        var saved = await agent.SerializeSessionAsync(session);

        foreach (var words in new[] { "Yes", "No", "Yes", "Yes" })
        {
            await agent.RunAsync(words, await agent.DeserializeSessionAsync(saved));
        }

        // The last run repeats the one before it.
        Assert.Equal(
            areAnswersEqual
                ? ["Shall we begin?", "Good.", "Yes", "Good.", "No", "Good.", "Yes", "Good."]
                : ["Shall we begin?", "Answer 0", "Yes", "Answer 1", "No", "Answer 2", "Yes", "Answer 3"],
            (await client.StoredAsync(history, session)).Select(message => message.Content));
    }

    [Fact]
    public async Task A_question_is_asked_again_after_its_message_was_rewound()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var answers = 0;
        var agent = Agents.Of(new ScriptedChatClient(_ => $"Answer {++answers}"), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("Hello", session);
        var saved = await agent.SerializeSessionAsync(session);

        for (var i = 2; i < 5; i++)
        {
            await agent.RunAsync("Is it warm?", await agent.DeserializeSessionAsync(saved));
            Assert.Equal(
                ["Hello", "Answer 1", "Is it warm?", $"Answer {i}"],
                (await client.StoredAsync(history, session)).Select(message => message.Content));
            await client.Branches.RewindAsync(history.GetState(session).SessionId, new() { ToSequence = 2 });
        }
    }

    [Fact]
    public async Task Equal_messages_of_runs_at_the_same_time_are_all_stored()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        using var together = new Barrier(2);
        var model = new ScriptedChatClient(messages =>
        {
            if (messages[^1].Text == "Yes")
            {
                Assert.True(together.SignalAndWait(TimeSpan.FromMinutes(1)));
            }

            return "Good.";
        });
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("Shall we begin?", session);

        await Task.WhenAll(
            Task.Run(() => agent.RunAsync("Yes", session)), Task.Run(() => agent.RunAsync("Yes", session)));

        Assert.Equal(
            ["Shall we begin?", "Good.", "Yes", "Good.", "Yes", "Good."],
            (await client.StoredAsync(history, session)).Select(message => message.Content));
        Assert.Equal(6, history.GetState(session).StoredMessages);
    }

    [Fact]
    public async Task A_time_that_the_clock_of_the_service_does_not_know_yet_does_not_lose_the_run()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client, time: new FastClock());
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var session = await agent.CreateSessionAsync();
        var writtenAt = DateTimeOffset.UtcNow + TimeSpan.FromMinutes(30);

        await agent.RunAsync(new ChatMessage(ChatRole.User, "Hello") { CreatedAt = writtenAt }, session);

        var stored = await client.StoredAsync(history, session);
        Assert.Equal(["Hello", "I was given 1 messages."], stored.Select(message => message.Content));
        Assert.Equal(writtenAt, stored[0].ToChatMessage().CreatedAt);
    }

    [Fact]
    public async Task A_message_with_a_large_file_is_known_again_though_an_answer_has_no_room_for_it()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient(_ => "I see."), history);
        var session = await agent.CreateSessionAsync();
        var random = new Random(7);
        var pictures = Enumerable.Range(0, 2).Select(_ => Picture(random)).ToList();
        foreach (var picture in pictures.Concat(pictures))
        {
            await agent.RunAsync(picture, session);
        }

        Assert.Equal(6, (await client.StoredAsync(history, session)).Count);

        static ChatMessage Picture(Random random)
        {
            var bytes = new byte[7 * 1024 * 1024];
            random.NextBytes(bytes);
            return new ChatMessage(ChatRole.User, [new DataContent(bytes, "image/png")]) { MessageId = Guid.NewGuid().ToString() };
        }
    }

    private sealed class FastClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromHours(1);
    }
}
