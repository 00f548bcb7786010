using System.Text.Json;
using Microsoft.Agents.AI;

namespace AgentChat;

/// <summary>The agent session between two starts. It holds the id of the conversation; the conversation is in the service.</summary>
internal sealed class SessionFile(string path)
{
    public async Task<AgentSession?> LoadAsync(AIAgent agent) =>
        File.Exists(path) ? await agent.DeserializeSessionAsync(JsonElement.Parse(await File.ReadAllTextAsync(path))) : null;

    public async Task SaveAsync(AIAgent agent, AgentSession session) =>
        await File.WriteAllTextAsync(path, (await agent.SerializeSessionAsync(session)).GetRawText());
}
