using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.History;

[Collection(ServiceTests.Name)]
public sealed class RepeatedRunTests(ServiceProcess service)
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create((string city) => $"Sunny in {city}", "weather");

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task When_half_of_the_answers_are_lost_no_message_is_lost_and_none_is_there_twice(bool isStreaming, bool perServiceCall)
    {
        await using var proxy = new LossyProxy(() => service.Address);
        var client = service.Client(
            options =>
            {
                options.Address = proxy.Address;
                options.Retries.Delay = TimeSpan.FromMilliseconds(10);
                options.Retries.MaxRetries = 30;
            });
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(
            ScriptedChatClient.CallingTool("weather", new() { ["city"] = "Lisbon" }), history, perServiceCall, tools: Weather);
        var session = await agent.CreateSessionAsync();

        for (var i = 0; i < 10; i++)
        {
            await agent.RunAsync(new ChatMessage(ChatRole.User, $"Question {i}"), session, isStreaming);
        }

        Assert.InRange(proxy.Lost, 10, int.MaxValue);
        var stored = await client.StoredAsync(history, session);
        Assert.Equal(40, stored.Count);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"Question {i}"), stored.Where((_, i) => i % 4 == 0).Select(message => message.Content));
        Assert.Single(await client.Sessions.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task A_run_that_is_repeated_because_its_answer_was_lost_is_stored_once()
    {
        var isOpen = false;
        var client = service.Client(
            options => options.Retries.MaxRetries = 0,
            http => http.AddHttpMessageHandler(() => new AnswerLoss(
                request => !isOpen && request.RequestUri!.AbsolutePath.EndsWith("/batch", StringComparison.Ordinal))));
        var history = new SessionChatHistoryProvider(client);
        var model = ScriptedChatClient.Counting();
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        var question = new ChatMessage(ChatRole.User, "Where can we swim?");
        await Assert.ThrowsAsync<SessionServiceException>(() => agent.RunAsync(question, session));

        isOpen = true;
        var answer = await agent.RunAsync(question, session);

        Assert.Equal("I was given 1 messages.", answer.Text);
        Assert.Equal(["Where can we swim?", "I was given 1 messages."], (await client.StoredAsync(history, session)).Select(message => message.Content));
    }

    [Theory]
    [InlineData("4b5f0c1e-9d6b-4a57-8f4c-0d4c8a0a1b2c")]
    [InlineData("my-message-1")]
    public async Task A_message_with_an_id_is_stored_once_also_from_another_process(string messageId)
    {
        var client = service.Client();
        var sessionId = Guid.NewGuid();
        var answers = 0;
        for (var run = 0; run < 2; run++)
        {
            var history = new SessionChatHistoryProvider(client);
            var agent = Agents.Of(new ScriptedChatClient(_ => $"Answer {++answers}"), history);
            var session = await agent.CreateSessionAsync();
            history.UseSession(session, sessionId);
            await agent.RunAsync(new ChatMessage(ChatRole.User, "Where can we swim?") { MessageId = messageId }, session);
        }

        var stored = await client.Messages.ListAsync(sessionId).ToListAsync();
        Assert.Equal(["Where can we swim?", "Answer 1", "Answer 2"], stored.Select(message => message.Content));
        Assert.Equal(Guid.TryParse(messageId, out var id) ? id : stored[0].MessageId, stored[0].MessageId);
    }

    [Fact]
    public async Task A_run_that_begins_again_from_an_older_state_is_stored_once()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("One", session);
        var saved = await agent.SerializeSessionAsync(session);
        await agent.RunAsync("Two", session);

        // The process ended before it saved the agent session.
        var restored = await agent.DeserializeSessionAsync(saved);
        await agent.RunAsync("Two", restored);

        Assert.Equal(
            ["One", "I was given 1 messages.", "Two", "I was given 3 messages."],
            (await client.StoredAsync(history, restored)).Select(message => message.Content));
    }

    [Fact]
    public async Task A_message_that_was_rewound_is_stored_again()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient(_ => "Yes."), history);
        var session = await agent.CreateSessionAsync();
        var question = new ChatMessage(ChatRole.User, "Is it warm?") { MessageId = Guid.NewGuid().ToString() };
        await agent.RunAsync("Hello", session);
        for (var i = 0; i < 3; i++)
        {
            await agent.RunAsync(question, session);
            Assert.Equal(
                ["Hello", "Yes.", "Is it warm?", "Yes."], (await client.StoredAsync(history, session)).Select(message => message.Content));
            await client.Branches.RewindAsync(history.GetState(session).SessionId, new() { ToSequence = 2 });
        }
    }

    [Fact]
    public async Task Equal_messages_of_two_runs_are_two_messages()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient(_ => "Yes."), history);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync("Yes?", session);
        await agent.RunAsync("Yes?", session);
        var again = await agent.CreateSessionAsync();
        history.UseSession(again, history.GetState(session).SessionId);
        await agent.RunAsync("Yes?", again);

        Assert.Equal(6, (await client.StoredAsync(history, session)).Count);
    }

    [Fact]
    public async Task A_message_that_agents_pass_on_is_stored_in_the_session_of_each()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var message = new ChatMessage(ChatRole.User, "Hello, both of you.") { MessageId = Guid.NewGuid().ToString() };
        for (var i = 0; i < 2; i++)
        {
            var session = await agent.CreateSessionAsync();

            await agent.RunAsync(message, session);
            await agent.RunAsync("Next", session);

            Assert.Equal(
                ["Hello, both of you.", "I was given 1 messages.", "Next", "I was given 3 messages."],
                (await client.StoredAsync(history, session)).Select(stored => stored.Content));
        }
    }

    [Fact]
    public async Task Messages_of_one_id_are_all_stored()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var id = Guid.NewGuid().ToString();
        var agent = Agents.Of(new ScriptedChatClient((_, _) => new ChatResponse(
            [new ChatMessage(ChatRole.Assistant, "One") { MessageId = id }, new ChatMessage(ChatRole.Assistant, "Two") { MessageId = id }])), history);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync("Count", session);
        await agent.RunAsync("Count again", session);

        Assert.Equal(
            ["Count", "One", "Two", "Count again"],
            (await client.StoredAsync(history, session)).Select(message => message.Content).Take(4));
    }

    [Fact]
    public async Task A_message_that_keeps_its_id_and_changes_is_stored_anew()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient(_ => "Yes."), history);
        var session = await agent.CreateSessionAsync();
        var id = Guid.NewGuid().ToString();

        await agent.RunAsync(new ChatMessage(ChatRole.User, "One") { MessageId = id }, session);
        await agent.RunAsync(new ChatMessage(ChatRole.User, "Two") { MessageId = id }, session);

        Assert.Equal(["One", "Yes.", "Two", "Yes."], (await client.StoredAsync(history, session)).Select(message => message.Content));
    }
}
