using System.Text.Json;
using SessionService.Application.Messages.Parts;

namespace SessionService.Application.Contexts.Formats;

/// <summary>Calls of OpenAI's custom tools, which take any text in place of JSON.</summary>
internal static class CustomTool
{
    public static string? InputOf(MessagePart call)
    {
        if (call.Json.ValueKind != JsonValueKind.Object || !call.Json.TryGetProperty("type", out var type) || type.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var body = type.GetString() switch
        {
            "custom_tool_call" => call.Json,
            "custom" when call.Json.TryGetProperty("custom", out var custom) && custom.ValueKind == JsonValueKind.Object => custom,
            _ => default,
        };
        return body.ValueKind == JsonValueKind.Object && body.TryGetProperty("input", out var input) && input.ValueKind == JsonValueKind.String
            ? input.GetString()
            : null;
    }
}
