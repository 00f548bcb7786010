using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.History;

[Collection(ServiceTests.Name)]
public sealed class RunTests(ServiceProcess service)
{
    private static readonly AIFunction Weather = AIFunctionFactory.Create((string city) => $"Sunny in {city}", "weather");

    private static readonly Dictionary<string, object?> Lisbon = new() { ["city"] = "Lisbon" };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_a_run_adds_is_stored_and_the_next_run_gets_it(bool isStreaming)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var model = ScriptedChatClient.Counting();
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync(new ChatMessage(ChatRole.User, "Where can we swim?"), session, isStreaming);
        var second = await agent.RunAsync(new ChatMessage(ChatRole.User, "And in May?"), session, isStreaming);

        var stored = await client.StoredAsync(history, session);
        Assert.Equal(
            ["Where can we swim?", "I was given 1 messages.", "And in May?", "I was given 3 messages."], stored.Select(message => message.Content));
        Assert.Equal("I was given 3 messages.", second);
        Assert.Equal("guide", stored[1].Name);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_with_a_tool_is_one_batch(bool isStreaming)
    {
        var requests = new List<string>();
        var client = service.Client(http: http => http.AddHttpMessageHandler(() => new AnswerLoss(request =>
        {
            requests.Add($"{request.Method} {request.RequestUri!.Segments[^1]}");
            return false;
        })));
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.CallingTool("weather", Lisbon), history, tools: Weather);
        var session = await agent.CreateSessionAsync();

        var answer = await agent.RunAsync(new ChatMessage(ChatRole.User, "What is the weather in Lisbon?"), session, isStreaming);

        Assert.Equal("The tool says: Sunny in Lisbon", answer[^30..]);
        Assert.Single(requests, "POST batch");
        var stored = await client.StoredAsync(history, session);
        Assert.Equal(["user", "assistant", "tool", "assistant"], stored.Select(message => message.Role));
        Assert.Equal(["chat", "tool_call", "tool_result", "chat"], stored.Select(message => message.MessageType));
        await agent.RunAsync(new ChatMessage(ChatRole.User, "Thanks!"), session, isStreaming);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_call_of_the_model_may_be_stored_by_itself(bool isStreaming)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var model = ScriptedChatClient.CallingTool("weather", Lisbon);
        var agent = Agents.Of(model, history, perServiceCall: true, tools: Weather);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync(new ChatMessage(ChatRole.User, "What is the weather in Lisbon?"), session, isStreaming);
        await agent.RunAsync(new ChatMessage(ChatRole.User, "And tomorrow?"), session, isStreaming);

        var stored = await client.StoredAsync(history, session);
        Assert.Equal(
            ["user", "assistant", "tool", "assistant", "user", "assistant", "tool", "assistant"], stored.Select(message => message.Role));
        Assert.Equal([1, 3, 5, 7], model.Requests.Select(request => request.Count));
    }

    [Fact]
    public async Task A_call_without_a_result_stays_stored_and_is_not_given_to_the_model()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var broken = new ScriptedChatClient((messages, _) => messages[^1].Role == ChatRole.Tool
            ? throw new InvalidOperationException("The process ends here.")
            : new ChatResponse(new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("call-1", "weather", Lisbon)])));
        var agent = Agents.Of(broken, history, perServiceCall: true, tools: Weather);
        var session = await agent.CreateSessionAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => agent.RunAsync("What is the weather in Lisbon?", session));

        var model = ScriptedChatClient.Counting();
        await Agents.Of(model, history, perServiceCall: true, tools: Weather).RunAsync("Are you there?", session);

        Assert.Equal(["What is the weather in Lisbon?", "Are you there?"], Assert.Single(model.Requests).Select(message => message.Text));
        Assert.Equal(["user", "assistant", "user", "assistant"], (await client.StoredAsync(history, session)).Select(message => message.Role));
    }

    [Fact]
    public async Task A_run_that_fails_stores_nothing()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(new ScriptedChatClient((_, _) => throw new InvalidOperationException()), history);
        var session = await agent.CreateSessionAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => agent.RunAsync("Hello", session));

        Assert.Empty(await client.Sessions.ListAsync().ToListAsync());
        Assert.False(history.GetState(session).IsCreated);
    }

    [Fact]
    public async Task A_serialized_agent_session_goes_on_in_another_process()
    {
        var client = service.Client();
        var first = new SessionChatHistoryProvider(client);
        var agent = Agents.Of(ScriptedChatClient.Counting(), first);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("One", session);
        var text = (await agent.SerializeSessionAsync(session)).GetRawText();

        var second = new SessionChatHistoryProvider(client);
        var other = Agents.Of(ScriptedChatClient.Counting(), second);
        var restored = await other.DeserializeSessionAsync(JsonElement.Parse(text));
        var answer = await other.RunAsync("Two", restored);

        Assert.Equal("I was given 3 messages.", answer.Text);
        Assert.Equal(first.GetState(session).SessionId, second.GetState(restored).SessionId);
        Assert.Equal(first.GetState(session).Origin, second.GetState(restored).Origin);
        Assert.Single(await client.Sessions.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task An_agent_takes_up_a_conversation_that_another_program_began()
    {
        var client = service.Client();
        var begun = await client.Sessions.CreateAsync();
        await client.Messages.AppendAsync(begun.SessionId, new() { Role = MessageRole.User, Content = "Where can we swim?" });
        var redacted = await client.Messages.AppendAsync(begun.SessionId, new() { Role = MessageRole.User, Content = "My card is 4711." });
        await client.Messages.RedactAsync(begun.SessionId, redacted.Sequence);
        var open = await client.Messages.AppendAsync(
            begun.SessionId, new() { Role = MessageRole.Assistant, Content = "Try", Status = MessageStatus.InProgress });
        var history = new SessionChatHistoryProvider(client);
        var model = ScriptedChatClient.Counting();
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        history.UseSession(session, begun.SessionId);

        await agent.RunAsync("And in May?", session);

        Assert.Equal(["Where can we swim?", "And in May?"], model.Requests[0].Select(message => message.Text));
        await client.Messages.CompleteAsync(begun.SessionId, open.Sequence);
        Assert.Equal(5, (await client.StoredAsync(history, session)).Count);
    }

    [Fact]
    public async Task One_provider_serves_the_sessions_of_many_users()
    {
        var client = service.Client(options => options.UserId = null);
        var (ada, ben) = ($"ada-{Guid.NewGuid():N}", $"ben-{Guid.NewGuid():N}");
        var history = new SessionChatHistoryProvider(client, new()
        {
            StateInitializer = session => new SessionChatHistoryState(Guid.NewGuid(), session!.StateBag.GetValue<string>("user")),
            SessionMetadata = _ => new JsonObject { ["agent"] = "guide" },
        });
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        foreach (var user in new[] { ada, ben })
        {
            var session = await agent.CreateSessionAsync();
            session.StateBag.SetValue("user", user);
            await agent.RunAsync($"I am {user}", session);
        }

        foreach (var user in new[] { ada, ben })
        {
            var session = Assert.Single(await client.ForUser(user).Sessions.ListAsync().ToListAsync());
            Assert.Equal((2L, "guide"), (session.MessageCount, session.Metadata["agent"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task A_budget_gives_the_model_the_memory_and_the_newest_messages()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client, new() { MaxContextTokens = 60 });
        var model = new ScriptedChatClient(_ => "Yes.");
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        for (var i = 0; i < 20; i++)
        {
            await agent.RunAsync($"This is a rather long sentence about the beach of number {i}.", session);
        }

        await client.Memories.WriteAsync(history.GetState(session).SessionId, new() { Content = "Ada asks about beaches." });
        await agent.RunAsync("Which one is best?", session);

        var given = model.Requests[^1];
        Assert.Equal("Ada asks about beaches.", given[0].Text);
        Assert.InRange(given.Count, 4, 10);
        Assert.Equal(["Yes.", "Which one is best?"], given.TakeLast(2).Select(message => message.Text));
        Assert.Equal(42, (await client.StoredAsync(history, session)).Count);
    }

    [Fact]
    public async Task The_newest_messages_alone_may_be_given()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client, new() { MaxMessages = 3 });
        var agent = Agents.Of(ScriptedChatClient.Counting(), history);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("One", session);
        await agent.RunAsync("Two", session);

        Assert.Equal("I was given 4 messages.", (await agent.RunAsync("Three", session)).Text);
    }

    [Fact]
    public async Task Large_files_come_back_though_an_answer_has_room_for_one_of_them_only()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client);
        var model = ScriptedChatClient.Counting();
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();
        var random = new Random(7);
        for (var i = 0; i < 3; i++)
        {
            var bytes = new byte[7 * 1024 * 1024];
            random.NextBytes(bytes);
            await agent.RunAsync(new ChatMessage(ChatRole.User, [new DataContent(bytes, "image/png")]), session);
        }

        await agent.RunAsync("What do you see?", session);

        var pictures = model.Requests[^1].SelectMany(message => message.Contents).OfType<DataContent>().ToList();
        Assert.Equal(3, pictures.Count);
        Assert.All(pictures, picture => Assert.Equal(7 * 1024 * 1024, picture.Data.Length));
    }

    [Fact]
    public async Task Registered_services_are_given_to_an_agent_by_its_options()
    {
        var services = new ServiceCollection();
        services.AddSessionServiceClient(options => (options.Address, options.UserId) = (service.Address, $"user-{Guid.NewGuid():N}"));
        services.AddSessionServiceHistory(history => history.MaxMessages = 1, memories => memories.OfferAddTool = true);
        await using var provider = services.BuildServiceProvider();
        var model = ScriptedChatClient.Counting();

        var agent = new ChatClientAgent(model, new ChatClientAgentOptions().UseSessionService(provider));
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("One", session);
        var answer = await agent.RunAsync("Two", session);

        Assert.Same(provider.GetRequiredService<SessionChatHistoryProvider>(), agent.ChatHistoryProvider);
        Assert.Same(provider.GetRequiredService<SessionMemoryProvider>(), Assert.Single(agent.AIContextProviders!));
        Assert.StartsWith("I was given ", answer.Text, StringComparison.Ordinal);
        Assert.Equal(4, (await provider.GetRequiredService<SessionServiceClient>().StoredAsync((SessionChatHistoryProvider)agent.ChatHistoryProvider!, session)).Count);
    }
}
