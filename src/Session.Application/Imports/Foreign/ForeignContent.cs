using System.Text.Json;

namespace SessionService.Application.Imports.Foreign;

/// <summary>
/// Reads the content of a message: a text, or blocks as model APIs and their frameworks write them. One place for all of these, because
/// many forms use each other's blocks.
/// </summary>
internal static class ForeignContent
{
    private const string UiTool = "tool-";

    /// <summary>Whether a value is blocks of content and no other JSON, such as the output of a tool.</summary>
    public static bool IsBlocks(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Array =>
            json.EnumerateArray().All(block => block.ValueKind == JsonValueKind.String || block.Text("type") is not null),
        _ => json.Text("type") is "text" or "input_text" or "output_text",
    };

    /// <summary>Adds a text, a block, or an array of these.</summary>
    public static void Add(ForeignTurns turns, JsonElement content)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                turns.AddText(content.AsText());
                break;

            case JsonValueKind.Array:
                foreach (var block in content.EnumerateArray())
                {
                    Add(turns, block);
                }

                break;

            case JsonValueKind.Object when content.Text("type") is { } type:
                AddBlock(turns, content, type);
                break;

            case JsonValueKind.Object:
                AddUntyped(turns, content);
                break;
        }
    }

    /// <summary>Adds the calls of a chat completion: <c>tool_calls</c>, or the older <c>function_call</c>.</summary>
    public static void AddChatCalls(ForeignTurns turns, JsonElement message)
    {
        foreach (var call in message.Elements("tool_calls").Where(call => call.ValueKind == JsonValueKind.Object))
        {
            AddChatCall(turns, call, ForeignParts.IsCall(call) ? call : null);
        }

        if (message.ObjectAt("function_call") is { } only)
        {
            AddChatCall(turns, only, block: null);
        }
    }

    private static void AddChatCall(ForeignTurns turns, JsonElement call, JsonElement? block)
    {
        var function = call.ObjectAt("function") ?? call.ObjectAt("custom") ?? call;
        turns.AddCall(
            call.Id("id"),
            function.Text("name"),
            function.Member("arguments") ?? function.Member("args") ?? function.Member("input"),
            block);
    }

    private static void AddBlock(ForeignTurns turns, JsonElement block, string type)
    {
        switch (type)
        {
            case "text" or "input_text" or "output_text" or "summary_text" or "audio_transcription" or "markdown":
                AddText(turns, block);
                break;

            case "refusal":
                turns.AddRefusal(block.Text("refusal"), block);
                break;

            case "thinking" or "redacted_thinking" or "reasoning" or "reasoning_text" or "think":
                turns.AddReasoning(block.FirstText("thinking", "text", "think", "reasoning") ?? Summary(block), block);
                break;

            case "tool_use" or "server_tool_use" or "mcp_tool_use" or "function_call" or "tool-call":
                turns.AddCall(
                    block.Id("call_id", "toolCallId", "id"),
                    block.FirstText("name", "toolName"),
                    block.Member("arguments") ?? block.Member("input") ?? block.Member("args"),
                    block);
                break;

            case "tool_result" or "function_call_output" or "tool-result":
                AddResult(turns, block);
                break;

            case "tool_call" when block.ObjectAt("tool_call") is { } call:
                AddCallWithOutput(turns, call);
                break;

            case "tool-invocation" when block.ObjectAt("toolInvocation") is { } invocation:
                AddUiTool(turns, invocation, invocation.Text("toolName"));
                break;

            case "dynamic-tool":
                AddUiTool(turns, block, block.Text("toolName"));
                break;

            case "step-start":
                turns.AddMark(block);
                break;

            case var _ when type.EndsWith("_tool_result", StringComparison.Ordinal):
                AddResult(turns, block);
                break;

            case var _ when type.StartsWith(UiTool, StringComparison.Ordinal) && block.Member("toolCallId") is not null:
                AddUiTool(turns, block, type[UiTool.Length..]);
                break;

            default:
                turns.AddPart(block);
                break;
        }
    }

    // Gemini's parts have no type: a member of theirs tells.
    private static void AddUntyped(ForeignTurns turns, JsonElement part)
    {
        if (part.ObjectAt("functionCall") is { } call)
        {
            turns.AddCall(call.Id("id"), call.Text("name"), call.Member("args"), part);
        }
        else if (part.ObjectAt("functionResponse") is { } response)
        {
            turns.AddResult(response.Id("id"), response.Text("name"), response.Member("response"), block: part);
        }
        else if (part.ObjectAt("executableCode") is { } code)
        {
            turns.AddCall(id: null, "code_execution", code, part);
        }
        else if (part.ObjectAt("codeExecutionResult") is { } result)
        {
            turns.AddResult(callId: null, "code_execution", result.Member("output") ?? result, block: part);
        }
        else if (part.Member("text") is not { } text)
        {
            turns.AddPart(part);
        }
        else if (part.IsTrue("thought") || part.IsTrue("isThought"))
        {
            turns.AddReasoning(text.AsText(), part);
        }
        else
        {
            turns.AddText(text.AsText(), part);
        }
    }

    private static void AddText(ForeignTurns turns, JsonElement block)
    {
        turns.AddText(block.Text("text") ?? block.ObjectAt("text")?.Text("value") ?? block.Text("content"), block);
        if ((block.ArrayAt("citations") ?? block.ArrayAt("annotations") ?? block.ObjectAt("text")?.ArrayAt("annotations")) is { } citations)
        {
            turns.AddCitations(citations);
        }
    }

    private static void AddResult(ForeignTurns turns, JsonElement block)
    {
        var content = block.Member("content") ?? block.Member("output") ?? block.Member("result");

        // Vercel wraps the output: {"type": "json", "value": …}.
        content = content?.Member("value") ?? content;
        turns.AddResult(
            block.Id("tool_use_id", "tool_call_id", "call_id", "toolCallId"),
            block.FirstText("name", "toolName"),
            content,
            block.IsTrue("is_error") || block.IsTrue("isError"),
            block);
    }

    private static void AddCallWithOutput(ForeignTurns turns, JsonElement call)
    {
        var function = call.ObjectAt("function") ?? call;
        var (id, name) = (call.Id("id"), function.Text("name"));
        turns.AddCall(id, name, function.Member("args") ?? function.Member("arguments"));
        if ((call.Member("output") ?? function.Member("output")) is { } output)
        {
            turns.AddResult(id, name, output);
        }
    }

    /// <summary>A call as a user interface shows it, with its result as soon as there is one.</summary>
    private static void AddUiTool(ForeignTurns turns, JsonElement tool, string? name)
    {
        var id = tool.Id("toolCallId");
        turns.AddCall(id, name, tool.Member("input") ?? tool.Member("rawInput") ?? tool.Member("args"));
        if ((tool.Member("output") ?? tool.Member("result")) is { } output)
        {
            turns.AddResult(id, name, output);
        }
        else if (tool.Member("errorText") is { } error)
        {
            turns.AddResult(id, name, error, isError: true);
        }
    }

    private static string? Summary(JsonElement block)
    {
        var texts = block.Elements("summary").Concat(block.Elements("content")).Select(one => one.Text("text")).OfType<string>().ToList();
        return texts.Count == 0 ? null : string.Join('\n', texts);
    }
}
