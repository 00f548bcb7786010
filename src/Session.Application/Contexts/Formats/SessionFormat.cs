using System.Text.Json.Nodes;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Writes messages as they are stored.</summary>
internal static class SessionFormat
{
    public static ContextMessage Write(ContextCandidate message, JsonText? parts) => new()
    {
        MessageId = message.MessageId,
        Sequence = message.Sequence,
        Role = message.Role,
        Name = message.Name,
        Status = message.Status,
        Content = MessageContent.Of(message.Content),
        Parts = parts,
        MessageType = message.MessageType,
        Metadata = new JsonText(message.Metadata),
        Tokens = message.Tokens,
        IsEstimated = message.IsEstimated,
        OmittedTokens = message.OmittedTokens,
        CreatedAt = message.CreatedAt,
    };

    /// <summary>The parts as they are stored, without what is not taken; a part whose text is cut is in the service's own form.</summary>
    public static JsonText? PartsOf(ContextCandidate message, bool hasReasoning)
    {
        if (message.StoredParts is null)
        {
            return null;
        }

        if (message.OmittedTokens is null && (hasReasoning || message.Parts.All(part => part.Kind != PartKind.Reasoning)))
        {
            return new JsonText(message.StoredParts);
        }

        // A part may hold a call and its result.
        var parts = message.Parts
            .Where(part => hasReasoning || part.Kind != PartKind.Reasoning)
            .GroupBy(part => part.Index)
            .SelectMany(same => same.Any(part => part.Json.ValueKind == default)
                ? same.Select(Own)
                : [ContextJson.Given(same.First().Json)])
            .ToArray();
        return parts.Length == 0 ? null : new JsonArray(parts).ToText();
    }

    private static JsonNode Own(MessagePart part) => part.Kind switch
    {
        PartKind.Result => OwnResult(part),
        PartKind.Call => new JsonObject
        {
            ["type"] = "tool_call",
            ["id"] = part.CallId,
            ["name"] = part.ToolName,
            ["arguments"] = part.Arguments,
        },
        PartKind.Refusal => new JsonObject { ["type"] = "refusal", ["text"] = part.Text },
        _ => ContextJson.Text("text", part.Text),
    };

    private static JsonObject OwnResult(MessagePart part)
    {
        var nested = part.Nested.Where(one => one.Json.ValueKind != default).Select(one => ContextJson.Given(one.Json)).ToList();
        var result = new JsonObject
        {
            ["type"] = "tool_result",
            ["tool_call_id"] = part.CallId,
            ["content"] = nested.Count == 0 ? part.Text : new JsonArray([ContextJson.Text("text", part.Text), .. nested]),
        };
        if (part.IsError)
        {
            result["is_error"] = true;
        }

        return result;
    }
}
