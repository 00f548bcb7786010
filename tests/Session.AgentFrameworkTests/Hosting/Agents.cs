using System.Text.Json;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.AgentFramework;
using SessionService.Client;
using SessionService.ClientTests.Hosting;

namespace SessionService.AgentFrameworkTests.Hosting;

internal static class Agents
{
    /// <summary>An agent whose history is in the service.</summary>
    public static ChatClientAgent Of(
        IChatClient model,
        SessionChatHistoryProvider history,
        bool perServiceCall = false,
        IEnumerable<AIContextProvider>? contexts = null,
        params AITool[] tools) =>
        new(model, new ChatClientAgentOptions
        {
            Name = "guide",
            ChatOptions = new ChatOptions { Tools = tools, ModelId = "small-1-2026" },
            ChatHistoryProvider = history,
            AIContextProviders = contexts,
            RequirePerServiceCallChatHistoryPersistence = perServiceCall,
        });

    /// <summary>Runs an agent in one way or the other.</summary>
    public static async Task<string> RunAsync(this AIAgent agent, ChatMessage message, AgentSession session, bool isStreaming)
    {
        if (!isStreaming)
        {
            return (await agent.RunAsync(message, session)).Text;
        }

        return (await agent.RunStreamingAsync(message, session).ToListAsync()).ToAgentResponse().Text;
    }

    /// <summary>What the service has of an agent session, oldest first.</summary>
    public static async Task<List<MessageResponse>> StoredAsync(
        this SessionServiceClient client, SessionChatHistoryProvider history, AgentSession session) =>
        await client.Messages.ListAsync(history.GetState(session).SessionId).ToListAsync();

    public static string Json(this ChatMessage message) => JsonSerializer.Serialize(message, AgentAbstractionsJsonUtilities.DefaultOptions);
}
