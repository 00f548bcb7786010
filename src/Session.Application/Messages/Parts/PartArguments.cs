using System.Text.Json;
using SessionService.Application.Json;

namespace SessionService.Application.Messages.Parts;

/// <summary>The arguments of calls.</summary>
internal static class PartArguments
{
    public static string AsJson(JsonElement given)
    {
        if (given.ValueKind != JsonValueKind.String)
        {
            return given.GetRawText();
        }

        var text = PartText.Of(given) ?? "";
        return string.IsNullOrWhiteSpace(text) ? "{}" : IsJson(text) ? text : JsonSerializer.Serialize(text);
    }

    private static bool IsJson(string text)
    {
        // A tool may take any text. Most of these texts do not begin like JSON.
        if (text.AsSpan().TrimStart()[0] is not ('{' or '['))
        {
            return false;
        }

        try
        {
            using var json = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
