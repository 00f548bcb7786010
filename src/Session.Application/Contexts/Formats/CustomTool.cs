using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Calls of OpenAI's custom tools, which take any text in place of JSON.</summary>
internal static class CustomTool
{
    public static string? InputOf(MessagePart call)
    {
        var body = ContextJson.TextAt(call.Json, "type") switch
        {
            "custom_tool_call" => call.Json,
            "custom" when call.Json.TryGetProperty("custom", out var custom) => custom,
            _ => default,
        };
        return ContextJson.TextAt(body, "input");
    }
}
