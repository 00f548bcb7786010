using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.History;

public sealed class KilledServiceTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_survives_that_the_service_is_killed_in_its_middle(bool perServiceCall)
    {
        await using var lifetime = new Lifetime();
        var service = lifetime.Service;
        await service.StartAsync();

        // The service has another address after each start, and the proxy has one.
        await using var proxy = new LossyProxy(() => service.Address);
        var client = service.Client(options => (options.Address, options.Retries.MaxRetries) = (proxy.Address, 200));
        var history = new SessionChatHistoryProvider(client);
        Task? restart = null;
        var kill = AIFunctionFactory.Create(
            async () =>
            {
                await service.KillAsync();
                restart = service.StartAsync();
                return "killed";
            },
            "kill");
        var agent = Agents.Of(
            new ScriptedChatClient((messages, _) => new ChatResponse(
                messages[^1].Role == ChatRole.Tool ? new ChatMessage(ChatRole.Assistant, "Done.")
                : messages[^1].Text == "Kill it" ? new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "kill")])
                : new ChatMessage(ChatRole.Assistant, $"I was given {messages.Count} messages."))),
            history,
            perServiceCall,
            tools: kill);
        var session = await agent.CreateSessionAsync();
        await agent.RunAsync("Hello", session);

        await agent.RunAsync("Kill it", session);

        await restart!;
        Assert.Equal("I was given 7 messages.", (await agent.RunAsync("Still there?", session)).Text);
        Assert.Equal(
            ["Hello", "I was given 1 messages.", "Kill it", "", "killed", "Done.", "Still there?", "I was given 7 messages."],
            (await client.StoredAsync(history, session)).Select(message => message.Content));
    }

    private sealed class Lifetime : IAsyncDisposable
    {
        public ServiceProcess Service { get; } = new();

        public async ValueTask DisposeAsync() => await Service.DisposeAsync();
    }
}
