using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.AgentFrameworkTests.Hosting;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Usage;

[Collection(ServiceTests.Name)]
public sealed class UsageTests(ServiceProcess service)
{
    [Theory]
    [InlineData(false, false, TokenCounting.Output, 12)]
    [InlineData(true, false, TokenCounting.Output, 12)]
    [InlineData(false, true, TokenCounting.Total, 212)]
    [InlineData(true, true, TokenCounting.Total, 212)]
    public async Task What_the_calls_of_the_model_used_is_stored_with_their_answers(
        bool isStreaming, bool perServiceCall, TokenCounting counting, int tokens)
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client, new()
        {
            TokensUsed = counting,
            Prices =
            {
                ["small"] = new ModelPrice(100, 100),
                ["small-1"] = new ModelPrice(InputPerMillion: 0.5m, OutputPerMillion: 2m) { CachedInputPerMillion = 0.1m },
            },
        });
        var tool = AIFunctionFactory.Create(() => "Sunny", "weather");
        var model = new ScriptedChatClient((messages, _) => new ChatResponse(messages[^1].Role == ChatRole.Tool
            ? new ChatMessage(ChatRole.Assistant, "It is sunny.")
            : new ChatMessage(ChatRole.Assistant, [new FunctionCallContent("c1", "weather")]))
        {
            ModelId = "small-1-2026-01-01",
            Usage = new UsageDetails { InputTokenCount = 100, CachedInputTokenCount = 40, OutputTokenCount = 6, TotalTokenCount = 106 },
        });
        var agent = Agents.Of(model.WithSessionUsage(), history, perServiceCall, tools: tool);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync(new ChatMessage(ChatRole.User, "What is the weather?"), session, isStreaming);

        var stored = await client.StoredAsync(history, session);
        Assert.Equal([0, tokens / 2, 0, tokens / 2], stored.Select(message => message.TokensUsed));
        Assert.Equal([0m, 0.000046m, 0m, 0.000046m], stored.Select(message => message.CostUsd));
        Assert.Equal("small-1-2026-01-01", stored[1].Metadata["model"]!.GetValue<string>());
        Assert.Equal(40, stored[1].Metadata["usage"]!["cached_input_tokens"]!.GetValue<int>());
        var summary = await client.Sessions.GetSummaryAsync(history.GetState(session).SessionId);
        Assert.Equal((tokens, 0.000092m), (summary.TotalTokens, summary.TotalCost));
    }

    [Fact]
    public async Task Usage_that_stands_in_a_message_counts_too()
    {
        var client = service.Client();
        var history = new SessionChatHistoryProvider(client, new() { Prices = { ["small-1"] = new ModelPrice(1, 10) } });
        var model = new ScriptedChatClient((_, _) => new ChatResponse(new ChatMessage(
            ChatRole.Assistant,
            [new TextContent("Hello"), new UsageContent(new UsageDetails { InputTokenCount = 10, OutputTokenCount = 3 })])));
        var agent = Agents.Of(model, history);
        var session = await agent.CreateSessionAsync();

        await agent.RunAsync("Hello", session);

        var answer = (await client.StoredAsync(history, session))[1];
        Assert.Equal((3, 0.00004m, "small-1-2026"), (answer.TokensUsed, answer.CostUsd, answer.Metadata["model"]!.GetValue<string>()));
    }
}
