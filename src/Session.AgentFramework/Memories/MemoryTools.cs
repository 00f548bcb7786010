using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using SessionService.Client;

namespace SessionService.AgentFramework;

/// <summary>The tools by which a model searches and writes memories.</summary>
internal static class MemoryTools
{
    private static readonly JsonElement SearchSchema = Schema("query", "What to look for, in plain words.");
    private static readonly JsonElement AddSchema = Schema("content", "The fact or preference, in one sentence that stands on its own.");

    public static IEnumerable<AITool>? Of(MemoryRecall recall, SessionMemoryOptions options, ILogger logger)
    {
        var tools = new List<AITool>();
        if (options.OfferSearchTool)
        {
            tools.Add(new MemoryTool(
                options.SearchToolName,
                "Searches what is remembered of the user and of earlier conversations.",
                SearchSchema,
                "query",
                async (query, cancellationToken) =>
                    await recall.FindAsync(query, cancellationToken).ConfigureAwait(false) is { Count: > 0 } memories
                        ? string.Join('\n', memories)
                        : "Nothing is remembered.",
                logger));
        }

        if (options.OfferAddTool)
        {
            tools.Add(new MemoryTool(
                options.AddToolName,
                "Remembers something about the user for later conversations.",
                AddSchema,
                "content",
                async (content, cancellationToken) =>
                {
                    if (recall.HasRecalled(content))
                    {
                        return "It is remembered already.";
                    }

                    await recall.AddAsync(content, cancellationToken).ConfigureAwait(false);
                    return "It is remembered.";
                },
                logger));
        }

        return tools.Count > 0 ? tools : null;
    }

    private static JsonElement Schema(string name, string description)
    {
        using var document = JsonDocument.Parse(
            $$"""
            {"type": "object", "properties": {"{{name}}": {"type": "string", "description": "{{description}}"} }, "required": ["{{name}}"]}
            """);
        return document.RootElement.Clone();
    }
}

/// <summary>A tool that takes a text. Written by hand because a function made by reflection does not survive trimming.</summary>
internal sealed class MemoryTool(
    string name,
    string description,
    JsonElement schema,
    string parameter,
    Func<string, CancellationToken, Task<string>> invoke,
    ILogger logger) : AIFunction
{
    public override string Name => name;

    public override string Description => description;

    public override JsonElement JsonSchema => schema;

    protected override async ValueTask<object?> InvokeCoreAsync(AIFunctionArguments arguments, CancellationToken cancellationToken)
    {
        var text = arguments.TryGetValue(parameter, out var value)
            ? value switch
            {
                string given => given,
                JsonElement { ValueKind: JsonValueKind.String } given => given.GetString(),
                _ => null,
            }
            : null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return $"The argument {parameter} must be a text.";
        }

        try
        {
            return await invoke(text, cancellationToken).ConfigureAwait(false);
        }
        catch (SessionServiceException failure)
        {
            MemoryLog.ToolFailed(logger, name, failure.Code, failure.Status, failure.TraceId);
            return "Memories cannot be reached at present.";
        }
    }
}
