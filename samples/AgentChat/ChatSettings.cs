using System.ClientModel;
using System.Globalization;
using Microsoft.Extensions.AI;
using OpenAI;

namespace AgentChat;

/// <summary>The settings, from environment variables.</summary>
internal sealed record ChatSettings(
    Uri Service, string User, string File, int? MaxContextTokens, Uri? ModelAddress, string ModelId, string ApiKey)
{
    public static ChatSettings FromEnvironment() => new(
        new Uri(Get("SESSION_SERVICE") ?? "http://localhost:8205"),
        Get("SESSION_USER") ?? "ada",
        Get("SESSION_FILE") ?? "agent-chat.json",
        Get("MAX_CONTEXT_TOKENS") is { } tokens ? int.Parse(tokens, CultureInfo.InvariantCulture) : null,
        Get("OPENAI_BASE_URL") is { } address ? new Uri(address) : null,
        Get("OPENAI_MODEL") ?? "gpt-5-mini",
        Get("OPENAI_API_KEY") ?? "none");

    /// <summary>The model at the address that was set; without one, the model that needs nothing.</summary>
    public IChatClient CreateModel() => ModelAddress is null
        ? new ScriptedModel()
        : new OpenAIClient(new ApiKeyCredential(ApiKey), new OpenAIClientOptions { Endpoint = ModelAddress })
            .GetChatClient(ModelId)
            .AsIChatClient();

    private static string? Get(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
