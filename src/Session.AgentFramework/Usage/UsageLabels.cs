using System.Text.Json.Nodes;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>Writes what a call of a model used into the message that it answered.</summary>
internal static class UsageLabels
{
    // Usage of users is grouped by this label.
    private const string ModelKey = "model";
    private const string UsageKey = "usage";

    // What the service keeps.
    private const int CostDigits = 10;

    public static void Add(CreateMessageRequest message, ModelCall call, AIAgent agent, SessionChatHistoryOptions options)
    {
        var modelId = call.ModelId ?? ModelOf(agent);
        message.TokensUsed = (int)Math.Clamp(TokensOf(call.Usage, options.TokensUsed), 0, int.MaxValue);
        if (modelId is not null)
        {
            message.Metadata![ModelKey] = modelId;
            message.CostUsd = PriceOf(modelId, options.Prices) is { } price ? decimal.Round(price.CostOf(call.Usage), CostDigits) : null;
        }

        message.Metadata![UsageKey] = Describe(call.Usage);
    }

    private static long TokensOf(UsageDetails usage, TokenCounting counting)
    {
        var total = usage.TotalTokenCount ?? (usage.InputTokenCount ?? 0) + (usage.OutputTokenCount ?? 0);
        return counting == TokenCounting.Total ? total : usage.OutputTokenCount ?? total - (usage.InputTokenCount ?? 0);
    }

    private static ModelPrice? PriceOf(string modelId, IDictionary<string, ModelPrice> prices) =>
        prices.TryGetValue(modelId, out var price)
            ? price
            : prices.Where(known => modelId.StartsWith(known.Key, StringComparison.OrdinalIgnoreCase))
                .OrderByDescending(known => known.Key.Length)
                .Select(known => known.Value)
                .FirstOrDefault();

    private static string? ModelOf(AIAgent agent) =>
        agent.GetService<ChatOptions>()?.ModelId
        ?? agent.GetService<IChatClient>()?.GetService<ChatClientMetadata>()?.DefaultModelId;

    private static JsonObject Describe(UsageDetails usage)
    {
        var counts = new JsonObject();
        Add("input_tokens", usage.InputTokenCount);
        Add("output_tokens", usage.OutputTokenCount);
        Add("total_tokens", usage.TotalTokenCount);
        Add("cached_input_tokens", usage.CachedInputTokenCount);
        Add("reasoning_tokens", usage.ReasoningTokenCount);
        return counts;

        void Add(string name, long? count)
        {
            if (count is not null)
            {
                counts[name] = count;
            }
        }
    }
}
