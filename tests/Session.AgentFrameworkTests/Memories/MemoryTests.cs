using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Memories;

[Collection(ServiceTests.Name)]
public sealed class MemoryTests(ServiceProcess service)
{
    [Fact]
    public async Task A_new_conversation_recalls_what_was_said_and_remembered_before()
    {
        var client = service.Client();
        await client.UserMemories.CreateAsync(new() { Content = "Ada eats no meat." });
        var history = new SessionChatHistoryProvider(client);
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history, contexts: [new SessionMemoryProvider(client)]);
        await agent.RunAsync("We fly to Pula with our dog in June.", await agent.CreateSessionAsync());

        await agent.RunAsync("What meat can I cook, and where do we fly?", await agent.CreateSessionAsync());

        var given = model.Requests[^1];
        Assert.Equal(2, given.Count);
        Assert.Equal("What meat can I cook, and where do we fly?", given[0].Text);
        Assert.Equal(ChatRole.User, given[1].Role);
        Assert.StartsWith(SessionMemoryOptions.DefaultContextPrompt + "\n- ", given[1].Text, StringComparison.Ordinal);
        Assert.Contains("- Ada eats no meat.", given[1].Text, StringComparison.Ordinal);
        Assert.Contains("We fly to Pula with our dog in June.", given[1].Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_recalled_is_neither_stored_nor_recalled_again(bool perServiceCall)
    {
        var client = service.Client();
        await client.UserMemories.CreateAsync(new() { Content = "Ada eats no meat." });
        var history = new SessionChatHistoryProvider(client);
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history, perServiceCall, contexts: [new SessionMemoryProvider(client)]);
        var session = await agent.CreateSessionAsync();

        for (var i = 0; i < 3; i++)
        {
            await agent.RunAsync($"What can Ada eat, question {i}?", session);
        }

        var stored = await client.StoredAsync(history, session);
        Assert.Equal(6, stored.Count);
        Assert.DoesNotContain(stored, message => message.Content.Contains("Memories", StringComparison.Ordinal));
        Assert.All(model.Requests, request =>
            Assert.Single(request, message => message.Text.Contains("Ada eats no meat.", StringComparison.Ordinal)));
        Assert.Single(await client.UserMemories.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task What_the_model_has_before_it_is_not_recalled_besides()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history, contexts: [new SessionMemoryProvider(client)]);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("We fly to Pula in June.", session);

        await agent.RunAsync("Where do we fly in June?", session);

        Assert.Equal(["We fly to Pula in June.", "I see.", "Where do we fly in June?"], model.Requests[^1].Select(message => message.Text));
    }

    [Fact]
    public async Task A_run_goes_on_without_memories_when_they_cannot_be_searched()
    {
        var gone = service.Client(options => (options.Address, options.Retries.MaxRetries) = (new Uri("http://127.0.0.1:9"), 0));
        var model = new ScriptedChatClient(_ => "I see.");
        var logs = new LogLines();
        var agent = new ChatClientAgent(model, new ChatClientAgentOptions { AIContextProviders = [new SessionMemoryProvider(gone, loggers: logs)] });
        var strict = new ChatClientAgent(
            model, new ChatClientAgentOptions { AIContextProviders = [new SessionMemoryProvider(gone, new() { ThrowOnFailure = true })] });

        await agent.RunAsync("My secret is 4711.");

        Assert.Single(model.Requests);
        Assert.DoesNotContain("4711", Assert.Single(logs.Lines), StringComparison.Ordinal);
        await Assert.ThrowsAsync<SessionServiceException>(() => strict.RunAsync("Hello"));
    }

    [Fact]
    public async Task A_model_writes_and_searches_memories_by_tools()
    {
        var client = service.Client();
        var options = new SessionMemoryOptions { OfferAddTool = true, OfferSearchTool = true, RecallBeforeRun = false };
        var memories = new SessionMemoryProvider(client, options);
        await new ChatClientAgent(
                ScriptedChatClient.CallingTool("add_memory", new() { ["content"] = "Ada eats no meat." }),
                new ChatClientAgentOptions { AIContextProviders = [memories] })
            .RunAsync("I eat no meat.");

        var answer = await new ChatClientAgent(
                ScriptedChatClient.CallingTool("search_memories", new() { ["query"] = "What does Ada eat?" }),
                new ChatClientAgentOptions { AIContextProviders = [memories] })
            .RunAsync("What do I eat?");

        Assert.Equal("Ada eats no meat.", Assert.Single(await client.UserMemories.ListAsync().ToListAsync()).Content);
        Assert.Contains("The tool says: - Ada eats no meat.", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_memory_that_was_recalled_is_not_added_again()
    {
        var client = service.Client();
        await client.UserMemories.CreateAsync(new() { Content = "Ada eats no meat." });
        var agent = new ChatClientAgent(
            ScriptedChatClient.CallingTool("add_memory", new() { ["content"] = "Ada eats no meat." }),
            new ChatClientAgentOptions { AIContextProviders = [new SessionMemoryProvider(client, new() { OfferAddTool = true })] });

        // The scripted model calls its tool when the last message is no result; what is recalled is the last one.
        await agent.RunAsync("What does Ada eat?");

        Assert.Single(await client.UserMemories.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task The_memory_of_a_session_takes_the_place_of_what_it_sums_up()
    {
        var client = service.Client();
        var reducer = new SessionMemoryReducer(client, keepMessages: 2);
        var history = new SessionChatHistoryProvider(client, new() { ChatReducer = reducer });
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync([new ChatMessage(ChatRole.System, "Be kind."), new ChatMessage(ChatRole.User, "One")], session);
        await agent.RunAsync("Two", session);
        Assert.Equal(4, model.Requests[^1].Count);

        await client.Memories.WriteAsync(history.GetState(session).SessionId, new() { Content = "They counted to two." });
        await agent.RunAsync("Three", session);
        await agent.RunAsync("Four", session);

        Assert.Equal(["Be kind.", "They counted to two.", "Two", "I see.", "Three"], model.Requests[2].Select(message => message.Text));
        Assert.Equal(
            ["Be kind.", "They counted to two.", "Three", "I see.", "Four"], model.Requests[3].Select(message => message.Text));
        Assert.Equal(9, (await client.StoredAsync(history, session)).Count);
    }

    [Fact]
    public async Task The_memory_of_a_session_does_not_take_the_place_of_what_came_after_it()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(
            client, new() { MaxMessages = 4, ChatReducer = new SessionMemoryReducer(client, keepMessages: 1) });
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("One", session);
        await client.Memories.WriteAsync(history.GetState(session).SessionId, new() { Content = "They counted to one." });
        await agent.RunAsync("Two", session);
        await agent.RunAsync("Three", session);
        await agent.RunAsync("Four", session);

        Assert.Equal(["Two", "I see.", "Three", "I see.", "Four"], model.Requests[^1].Select(message => message.Text));
    }

    [Fact]
    public async Task An_agent_session_that_passes_to_another_user_does_not_recall_the_memories_of_the_first()
    {
        var client = service.Client();
        var (ada, grace) = ($"ada-{Guid.NewGuid():N}", $"grace-{Guid.NewGuid():N}");
        await client.ForUser(ada).UserMemories.CreateAsync(new() { Content = "Ada eats no meat." });
        var history = new SessionChatHistoryProvider(client);
        var model = new ScriptedChatClient(_ => "I see.");
        var agent = Agents.Of(model, history, contexts: [new SessionMemoryProvider(client)]);
        var session = await agent.CreateSessionAsync();
        history.UseSession(session, Guid.NewGuid(), ada);
        await agent.RunAsync("What does Ada eat?", session);
        Assert.Contains(model.Requests[0], message => message.Text.Contains("no meat", StringComparison.Ordinal));

        history.UseSession(session, Guid.NewGuid(), grace);
        await agent.RunAsync("What does Ada eat?", session);

        Assert.DoesNotContain(model.Requests[1], message => message.Text.Contains("no meat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_that_was_reduced_before_is_reduced_again_by_what_came_since()
    {
        var client = service.Client();
        var session = await client.Sessions.CreateAsync();
        var reducer = new SessionMemoryReducer(client, session.SessionId, keepMessages: 1);
        List<ChatMessage> messages = [new(ChatRole.User, "One"), new(ChatRole.Assistant, "1"), new(ChatRole.User, "Two"), new(ChatRole.Assistant, "2")];
        await AppendAsync(messages);
        Assert.Equal(messages, await reducer.ReduceAsync(messages, default));
        await client.Memories.WriteAsync(session.SessionId, new() { Content = "To two." });

        var once = (await reducer.ReduceAsync(messages, default)).ToList();
        List<ChatMessage> more = [new(ChatRole.User, "Three"), new(ChatRole.Assistant, "3")];
        await AppendAsync(more);
        var unchanged = (await reducer.ReduceAsync([.. once, .. more], default)).ToList();
        await client.Memories.WriteAsync(session.SessionId, new() { Content = "To three." });
        var twice = (await reducer.ReduceAsync(unchanged, default)).ToList();

        Assert.Equal(["To two.", "2"], once.Select(message => message.Text));
        Assert.Equal(["To two.", "Three", "3"], unchanged.Select(message => message.Text));
        Assert.Equal(["To three.", "3"], twice.Select(message => message.Text));

        async Task AppendAsync(List<ChatMessage> appended) => await client.Messages.AppendBatchAsync(
            session.SessionId, new() { Messages = [.. appended.Select(message => message.ToSessionMessage())] });
    }
}
